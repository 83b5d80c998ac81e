/** A token as it was cut at its dots, with header and claims read but nothing verified. */
export interface TokenParts {
  readonly token: string;
  readonly segments: readonly [string, string, string];
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

export type Part = string | Buffer | Readonly<Record<string, unknown>>;

/** A segment of a JWS: base64url without padding (RFC 7515 §2) of bytes, of a text, or of an object as JSON. */
export function encode(part: Part): string {
  const bytes = Buffer.isBuffer(part) ? part : Buffer.from(typeof part === 'string' ? part : JSON.stringify(part));
  return bytes.toString('base64url');
}

/** @returns undefined for what is no JWT in compact form. */
export function readToken(token: string): TokenParts | undefined {
  const [header, payload, signature, ...more] = token.split('.');
  if (header === undefined || payload === undefined || !signature || more.length > 0) return undefined;
  const parts = [readObject(header), readObject(payload)] as const;
  if (!parts[0] || !parts[1]) return undefined;
  return { token, segments: [header, payload, signature], header: parts[0], claims: parts[1] };
}

/** The object that a segment holds; undefined when it holds none. */
export function readObject(segment: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64url').toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Another spelling of the same bytes: the last letter of base64url has bits to spare unless the length is a multiple of three. */
export function respell(segment: string): string | undefined {
  const last = ALPHABET.indexOf(segment.at(-1) ?? '');
  return segment.length % 4 === 0 || last < 0 ? undefined : segment.slice(0, -1) + (ALPHABET[last ^ 1] ?? '');
}

/** The order of P-256 (FIPS 186-5). */
export const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The other signature of the same text that ECDSA always allows: (r, n − s). */
export function mirrorEcdsa(signature: Buffer): Buffer {
  const mirrored = P256_ORDER - BigInt(`0x${signature.subarray(32).toString('hex')}`);
  return Buffer.concat([signature.subarray(0, 32), Buffer.from(mirrored.toString(16).padStart(64, '0'), 'hex')]);
}
