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
