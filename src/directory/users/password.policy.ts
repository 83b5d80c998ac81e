/** NIST SP 800-63B-4 §3.1.1.2: length is what counts; no rules about kinds of characters, which make passwords worse. */
export const MIN_PASSWORD_LENGTH = 12;
/** Long enough for any sentence; a bound, because somebody else's text is hashed. */
export const MAX_PASSWORD_LENGTH = 256;
const MIN_DIFFERENT = 5;

/** The form in which a password is hashed: what looks the same on two keyboards is the same (RFC 8265 §4.2). */
export function normalizePassword(text: string): string {
  return text.normalize('NFC');
}

/** What is wrong with a password that somebody chooses, in words for them; undefined when nothing is. */
export function mistakeInPassword(password: string, { email }: { readonly email: string }): string | undefined {
  const characters = [...normalizePassword(password)];
  if (characters.length < MIN_PASSWORD_LENGTH) return `The password is shorter than ${MIN_PASSWORD_LENGTH} characters.`;
  if (characters.length > MAX_PASSWORD_LENGTH) return `The password is longer than ${MAX_PASSWORD_LENGTH} characters.`;
  if (new Set(characters).size < MIN_DIFFERENT) return 'The password repeats the same few characters.';
  if (withoutCase(password).includes(withoutCase(email))) return 'The password holds the e-mail address.';
  return undefined;
}

function withoutCase(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
