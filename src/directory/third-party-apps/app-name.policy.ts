/** A page says no more of a name: whoever needs longer ones hides something behind them. */
const MAX_NAME = 60;
// Controls, bidi marks, joiners, private and unassigned characters: they change how the text around them reads.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/gu;
const SPACES = /[\s\p{Z}]+/gu;
/** Marks that are piled up grow over the lines around them. */
const PILED_MARKS = /(\p{M}{2})\p{M}+/gu;

/** Alphabets whose letters look like those of another one. */
const ALPHABETS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Coptic}/u,
  /\p{Script=Lisu}/u,
];
/** Cyrillic and Greek letters that look Latin: a name of nothing else reads as another one. */
const LATIN_LOOKALIKES = /^[аеорсухіјѕһԁԛԝвкмнтгАВЕЅІЈКМНОРСТУХԌԚԜαβγικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ]+$/u;
const NOT_A_LETTER = /[^\p{L}]/gu;

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

/** Attack 77: whether a name can be taken for another one by its letters. Honest names of two alphabets are among them: it is a reason to look, not to refuse. */
export function canBeMistaken(name: string): boolean {
  const letters = shownName(name).replace(NOT_A_LETTER, '');
  if (ALPHABETS.filter((alphabet) => alphabet.test(letters)).length > 1) return true;
  // Letters of formulas and of full width are others only to programs.
  return LATIN_LOOKALIKES.test(letters) || letters.normalize('NFKC') !== letters;
}
