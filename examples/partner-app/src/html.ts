/** HTML that is ready to be sent. */
export class Html {
  constructor(readonly text: string) {}
}

type Piece = string | number | false | Html | readonly Html[] | undefined;

/** A template in which every text is escaped. */
export function html(literals: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return new Html(literals.map((literal, i) => literal + written(pieces[i])).join(''));
}

function written(piece: Piece): string {
  if (piece === undefined || piece === false) return '';
  if (piece instanceof Html) return piece.text;
  if (typeof piece === 'object') return piece.map(({ text }) => text).join('');
  return String(piece).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
