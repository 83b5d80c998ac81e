// RFC 8628 §6.1: no vowels, so that no word comes out, and no letter that looks like another.
export const USER_CODE_LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 8;
const SEPARATORS = /[\s._-]/g;
const CODE = new RegExp(`^[${USER_CODE_LETTERS}]{${LENGTH}}$`);

/** @param pick a number below the given one, each as likely as the others */
export function mintUserCode(pick: (below: number) => number): string {
  return Array.from({ length: LENGTH }, () => USER_CODE_LETTERS[pick(USER_CODE_LETTERS.length)]).join('');
}

/** As people read it: two groups. */
export function displayUserCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
}

/** What somebody has typed, as it is kept; undefined for what is no code. Attack 60: letters of ASCII only, before any is made a capital. */
export function readUserCode(typed: string): string | undefined {
  const letters = typed.replace(SEPARATORS, '');
  if (!/^[A-Za-z]+$/.test(letters)) return undefined;
  const code = letters.toUpperCase();
  return CODE.test(code) ? code : undefined;
}
