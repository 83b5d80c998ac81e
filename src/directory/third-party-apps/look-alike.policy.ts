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
    ['z', 'ᴢ2'],
  ].flatMap(([letter = '', others = '']) => [...others].map((other) => [other, letter])),
);

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
