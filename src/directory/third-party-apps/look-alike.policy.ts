import { shownName } from './app-name.policy.js';

/** Letters of other scripts, and digits, that look like one of ours. What is not here looks like itself. */
const LOOK_ALIKES: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ['a', 'аαɑ4@'],
    ['b', 'вьЬβ8'],
    ['c', 'сϲςⅽ'],
    ['d', 'ԁⅾ'],
    ['e', 'еєε3ҽ'],
    ['g', 'ɡց9'],
    ['h', 'һнη'],
    ['i', 'іıɪιⅰ1l|łⅼӏ'],
    ['j', 'јϳ'],
    ['k', 'кκҝ'],
    ['m', 'мⅿ'],
    ['n', 'пոո'],
    ['o', 'оοσ0օ'],
    ['p', 'рρ'],
    ['q', 'ԛ'],
    ['r', 'гɼ'],
    ['s', 'ѕ5$'],
    ['t', 'тτ7'],
    ['u', 'υսц'],
    ['v', 'νѵⅴ'],
    ['w', 'ѡԝшωա'],
    ['x', 'хχⅹ'],
    ['y', 'уүγ'],
    ['z', 'ᴢζ2'],
  ].flatMap(([letter = '', others = '']) => [...others].map((other) => [other, letter])),
);

const LATIN = /\p{Script=Latin}/u;
/** Alphabets whose letters look like those of another one. */
const ALPHABETS = [
  LATIN,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Coptic}/u,
  /\p{Script=Lisu}/u,
];
const NOT_A_LETTER = /[^\p{L}]/gu;

/**
 * What is left of a name for somebody who glances at it: no accents, no case, no spaces or signs, and one letter for all that look alike.
 * Two names with the same one are hard to tell apart (CON-5).
 */
export function glanceOf(name: string): string {
  const bare = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const letters = [...bare].map((letter) => LOOK_ALIKES[letter] ?? letter).join('');
  return letters
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w');
}

export function looksLike(name: string, known: readonly string[]): boolean {
  const glance = glanceOf(name);
  return glance !== '' && known.some((other) => glanceOf(other) === glance);
}

/** Attack 77: whether a name can be taken for another one by its letters. Honest names of two alphabets are among them: it is a reason to look, not to refuse. */
export function canBeMistaken(name: string): boolean {
  const letters = shownName(name).replace(NOT_A_LETTER, '');
  if (ALPHABETS.filter((alphabet) => alphabet.test(letters)).length > 1) return true;
  // Letters of formulas and of full width are others only to programs.
  return readsAsLatin(letters) || letters.normalize('NFKC') !== letters;
}

/** Of nothing but letters of another alphabet that look like Latin ones: such a name reads as another one. */
function readsAsLatin(letters: string): boolean {
  return letters !== '' && !LATIN.test(letters) && [...letters.toLowerCase()].every((letter) => Object.hasOwn(LOOK_ALIKES, letter));
}
