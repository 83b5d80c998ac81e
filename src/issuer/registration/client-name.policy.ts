const MAX_LENGTH = 60;
const MAX_MARKS = 3;
// Attack 77: control characters, what reorders or hides text (bidi marks, zero-width ones), private use, lone surrogates, other lines.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\u115F\u1160\u2800\u3164\uFFA0]|(?! )\p{Zs}/u;
const STACKED_MARKS = new RegExp(`\\p{M}{${MAX_MARKS + 1}}`, 'u');
const READABLE = /[\p{L}\p{N}]/u;

/** What is wrong with a name that a stranger chose for people to read; undefined: nothing. */
export function mistakeOfName(name: string): string | undefined {
  if ([...name].length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  if (INVISIBLE.test(name)) return 'holds characters that nobody sees';
  if (STACKED_MARKS.test(name)) return `holds more than ${MAX_MARKS} marks on one letter`;
  if (!READABLE.test(name)) return 'holds neither a letter nor a digit';
  if (name !== name.trim() || / {2}/.test(name)) return 'begins or ends with a space, or has two in a row';
  return undefined;
}

/** For an app that does not say its name: where it sends people. */
export function nameByAddress(redirectUri: string): string {
  const { protocol, hostname } = new URL(redirectUri);
  if (protocol === 'https:') return hostname.slice(0, MAX_LENGTH);
  return protocol === 'http:' ? 'A program on your computer' : protocol.slice(0, -1).slice(0, MAX_LENGTH);
}
