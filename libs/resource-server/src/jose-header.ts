import { hasDuplicateMembers, type AccessTokenAlg } from '@countersign/oauth';
import { TokenRefused } from './token-refused.js';

export interface JoseHeader {
  readonly kid: string;
  readonly alg: AccessTokenAlg;
}

/** Members that change how a token is read, or send us to look elsewhere for its key. `jwk` and `x5c` are merely ignored. */
const REFUSED_MEMBERS = ['crit', 'b64', 'zip', 'enc', 'jku', 'x5u'];
const MAX_KID_LENGTH = 256;

/** @throws TokenRefused when the first segment is not the header of a document of type `typ` that `algorithms` allow. */
export function readJoseHeader(segment: string, algorithms: readonly AccessTokenAlg[], typ: string): JoseHeader {
  const header = parse(segment);
  // RFC 9068 §4: `typ` of an access token is `at+jwt`; RFC 7515 §4.1.9: compared without case, `application/` implied.
  if (!isOfType(header['typ'], typ)) {
    throw new TokenRefused('type', 'The token is of another type.', { expected: typ, received: header['typ'] });
  }
  // RFC 8725 §3.1: only the algorithms this verifier was told to take, compared with case.
  const alg = algorithms.find((allowed) => allowed === header['alg']);
  if (alg === undefined) {
    throw new TokenRefused('algorithm', 'The algorithm is not allowed here.', { expected: algorithms, received: header['alg'] });
  }
  // RFC 7515 §4.1.11: unknown critical members; RFC 8725 §3.10: no key is fetched from where a token says.
  const refused = REFUSED_MEMBERS.find((member) => member in header);
  if (refused !== undefined) throw new TokenRefused('header', 'The header holds a member that is not allowed.', { received: refused });
  const kid = header['kid'];
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KID_LENGTH) {
    throw new TokenRefused('header', 'The header names no usable key id.', { received: kid });
  }
  return { kid, alg };
}

function parse(segment: string): Record<string, unknown> {
  const text = Buffer.from(segment, 'base64url').toString('utf8');
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch (cause) {
    throw new TokenRefused('malformed', 'The header is not JSON.', { cause });
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw new TokenRefused('malformed', 'The header is not a JSON object.');
  }
  if (hasDuplicateMembers(text, header)) throw new TokenRefused('malformed', 'The header names a member twice.');
  return header as Record<string, unknown>;
}

function isOfType(received: unknown, typ: string): boolean {
  if (typeof received !== 'string') return false;
  const type = received.toLowerCase();
  return type === typ || type === `application/${typ}`;
}
