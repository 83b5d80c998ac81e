const VISIBLE_CHARACTERS = 12;
/** Whatever could be a token, a proof or a credential in a request header; and a segment of one, in any other text. */
const SECRET_RUN = /[A-Za-z0-9+/=_.-]{32,}/g;
const SEGMENT = /[A-Za-z0-9_-]{32,}/g;

/** One line of text that cannot move a terminal's cursor; foreign text is an attacker's text. */
export function printable(text: string, maxLength: number): string {
  const line = text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[^\x20-\x7E]/g, '?')
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength)}...` : line;
}

/** The beginning of a token and its length: enough to find it in a log, useless to a thief. */
export function mask(run: string): string {
  return `${run.slice(0, VISIBLE_CHARACTERS)}...(${run.length} characters)`;
}

export function maskSecrets(header: string): string {
  return header.replaceAll(SECRET_RUN, mask);
}

export function maskSegments(text: string): string {
  return text.replaceAll(SEGMENT, mask);
}
