import { randomBytes } from 'node:crypto';
import { formatSecret, parseSecret } from '@countersign/oauth';

const PART_BYTES = 16;

/** The two halves of a refresh token: both are 128 random bits, which nobody guesses (RFC 6749 §10.10). */
export interface RefreshTokenParts {
  /** Names the family, in each of its tokens. Who knows it has had one of them. */
  readonly key: string;
  /** The whole token, of which this one differs from all others of the family. */
  readonly text: string;
}

/** A family's first token, or the next one of the family with this key. */
export function mintRefreshToken(key?: string): RefreshTokenParts {
  const family = key === undefined ? randomBytes(PART_BYTES) : Buffer.from(key, 'hex');
  return { key: family.toString('hex'), text: formatSecret('csn_rt', Buffer.concat([family, randomBytes(PART_BYTES)])) };
}

/** Undefined for whatever cannot be a refresh token. */
export function parseRefreshToken(text: string): RefreshTokenParts | undefined {
  const bytes = parseSecret(text, 'csn_rt');
  return bytes && { key: bytes.subarray(0, PART_BYTES).toString('hex'), text };
}
