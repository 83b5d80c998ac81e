import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_BYTES = 32;
/** 62^43 > 2^256. */
const BODY_LENGTH = 43;
/** 62^6 > 2^32. */
const CHECKSUM_LENGTH = 6;

/** Prefixes by which secret scanners recognise what leaked. */
export const SECRET_PREFIXES = [
  'csn_secret',
  'csn_key_live',
  'csn_pat',
  'csn_rt',
  'csn_join',
  'csn_invite',
  'csn_reset',
  'csn_code',
  'csn_device',
  'csn_init',
  'csn_reg',
] as const;
export type SecretPrefix = (typeof SECRET_PREFIXES)[number];

/** The pattern to give to a secret scanner. */
export const SECRET_PATTERN = new RegExp(`\\b(?:${SECRET_PREFIXES.join('|')})_[0-9A-Za-z]{${BODY_LENGTH + CHECKSUM_LENGTH}}\\b`);

/** A new secret: prefix, 32 random bytes in base62, and the CRC-32 of both in base62. */
export function mintSecret(prefix: SecretPrefix): string {
  return formatSecret(prefix, randomBytes(SECRET_BYTES));
}

/** A secret of 32 given bytes, for one whose parts are chosen apart. */
export function formatSecret(prefix: SecretPrefix, bytes: Buffer): string {
  if (bytes.length !== SECRET_BYTES) throw new Error('A secret has 32 bytes.');
  const body = `${prefix}_${base62(BigInt(`0x${bytes.toString('hex')}`), BODY_LENGTH)}`;
  return body + checksum(body);
}

/** The 32 bytes of a secret; undefined for a text that has not its form and checksum. */
export function parseSecret(text: string, prefix: SecretPrefix): Buffer | undefined {
  if (!isSecret(text, prefix)) return undefined;
  let value = 0n;
  for (const letter of text.slice(prefix.length + 1, -CHECKSUM_LENGTH)) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) return undefined;
    value = value * 62n + BigInt(digit);
  }
  // 62^43 is a little more than 2^256: what lies between is nobody's secret.
  const hex = value.toString(16);
  return hex.length > 2 * SECRET_BYTES ? undefined : Buffer.from(hex.padStart(2 * SECRET_BYTES, '0'), 'hex');
}

/** Tells whether the text has the form and checksum of a secret; a typing error is told without asking the server. */
export function isSecret(text: string, prefix: SecretPrefix): boolean {
  const body = text.slice(0, -CHECKSUM_LENGTH);
  return (
    text.length === prefix.length + 1 + BODY_LENGTH + CHECKSUM_LENGTH &&
    text.startsWith(`${prefix}_`) &&
    checksum(body) === text.slice(-CHECKSUM_LENGTH)
  );
}

function checksum(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_LENGTH);
}

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= 62n) text = ALPHABET[Number(rest % 62n)] + text;
  return text;
}
