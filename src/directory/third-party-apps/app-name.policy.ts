/** A page says no more of a name: whoever needs longer ones hides something behind them. */
const MAX_NAME = 60;
// Controls, bidi marks, joiners, private and unassigned characters: they change how the text around them reads.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/gu;
const SPACES = /[\s\p{Z}]+/gu;
/** Marks that are piled up grow over the lines around them. */
const PILED_MARKS = /(\p{M}{2})\p{M}+/gu;

/** Attack 77: a name, or who is said to stand behind it, as a page may show it. */
export function shownName(name: string): string {
  const clean = name.normalize('NFC').replace(SPACES, ' ').replace(UNSEEN, '').replace(PILED_MARKS, '$1').trim();
  const letters = [...clean];
  if (letters.length === 0) return 'An app without a name';
  return letters.length <= MAX_NAME
    ? clean
    : `${letters
        .slice(0, MAX_NAME - 1)
        .join('')
        .trimEnd()}…`;
}
