import { typeidUnboxed } from 'typeid-js';

export const ID_PREFIXES = [
  'org',
  'usr',
  'sp',
  'app',
  'svc',
  'api',
  'key',
  'pat',
  'con',
  'evt',
  'whk',
  'sec',
  'rep',
  'pol',
  'exp',
  'jtk',
  'iss',
  'rule',
  'mem',
  'inv',
  'ses',
  'idp',
  'req',
  'rgt',
] as const;
export type IdPrefix = (typeof ID_PREFIXES)[number];

// TypeID: prefix, underscore, UUIDv7 in 26 characters of Crockford base32.
const SUFFIX = '[0-7][0-9a-hjkmnp-tv-z]{25}';
const PATTERNS = Object.fromEntries(ID_PREFIXES.map((prefix) => [prefix, new RegExp(`^${prefix}_${SUFFIX}$`)])) as Record<IdPrefix, RegExp>;

export function newId(prefix: IdPrefix): string {
  return typeidUnboxed(prefix);
}

export function isId(text: string, prefix: IdPrefix): boolean {
  return PATTERNS[prefix].test(text);
}

const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARACTERS = 10;

/** What every id made at this time or later is greater than, and every earlier one less: for reading a span of rows by their key. */
export function idFloor(prefix: IdPrefix, time: Date): string {
  // RFC 9562 §5.7: the first 48 bits are the milliseconds; TypeID puts two zero bits before them.
  let text = '';
  for (let rest = time.getTime(); text.length < TIME_CHARACTERS; rest = Math.floor(rest / 32)) text = (BASE32[rest % 32] ?? '') + text;
  return `${prefix}_${text}`;
}
