// The steps of a sound verification (RFC 9068 §4), each for itself, so that a sample can leave one out.
import { createPublicKey, verify } from 'node:crypto';
import { Refused, settings } from './api.mjs';

const ALGORITHMS = ['RS256', 'ES256'];
const TOLERANCE_SECONDS = 30;
const LONGEST_LIFETIME_SECONDS = 24 * 3600;
const MAX_TOKEN_LENGTH = 8192;

const keys = new Map();
let keysFetchedAt = 0;

/** Three segments of base64url in their one spelling, header and claims as objects without duplicate members. */
export function readCompact(token) {
  demand(token.length <= MAX_TOKEN_LENGTH && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token), 'not a compact JWS');
  const [header, payload, signature] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  demand(bytes.toString('base64url') === signature, 'not canonical base64url');
  return { header: readObject(header), claims: readObject(payload), input: `${header}.${payload}`, signature: bytes };
}

export function checkHeader({ header }) {
  demand(typeof header.typ === 'string' && /^(?:application\/)?at\+jwt$/i.test(header.typ), 'not an access token');
  demand(ALGORITHMS.includes(header.alg), 'algorithm not allowed');
  demand(!['crit', 'b64', 'zip', 'jku', 'x5u'].some((member) => member in header), 'header member not allowed');
}

/** With the key of the issuer that has this kid, by the algorithm that key is for. */
export async function checkSignature({ header, input, signature }) {
  demand(typeof header.kid === 'string' && header.kid.length <= 256, 'no usable kid');
  const jwk = await publishedKey(header.kid);
  demand(jwk !== undefined && jwk.alg === header.alg, 'no such key');
  const key = { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' };
  demand(verify('sha256', Buffer.from(input), key, signature), 'the signature is wrong');
}

export function checkIssuer({ claims }) {
  demand(claims.iss === settings.issuer, 'another issuer');
}

export function checkAudience({ claims }) {
  demand(claims.aud === settings.audience, 'another audience');
}

export function checkDates({ claims: { exp, iat, nbf = 0 } }) {
  const now = Date.now() / 1000;
  demand(
    [exp, iat, nbf].every((date) => typeof date === 'number' && date >= 0 && Number.isFinite(date)),
    'a date is no date',
  );
  demand(exp - iat <= LONGEST_LIFETIME_SECONDS, 'lives too long');
  demand(now < exp + TOLERANCE_SECONDS, 'expired');
  demand(now >= Math.max(iat, nbf) - TOLERANCE_SECONDS, 'from the future');
}

export function checkContent({ claims }) {
  for (const name of ['sub', 'jti', 'client_id']) demand(typeof claims[name] === 'string' && claims[name] !== '', `no ${name}`);
  demand(claims.org_id === undefined || (typeof claims.org_id === 'string' && claims.org_id !== ''), 'org_id is no id');
  // This API proves no possession, so it takes no token that demands a proof.
  demand(claims.cnf === undefined, 'bound to a key');
}

/** Single spaces part the values (RFC 6749 §3.3). */
export function holdsScope({ scope }, needed) {
  return typeof scope === 'string' && scope.split(' ').includes(needed);
}

export function demand(condition, reason) {
  if (!condition) throw new Refused(reason);
}

function readObject(segment) {
  const text = Buffer.from(segment, 'base64url').toString();
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refused('not JSON');
  }
  demand(typeof value === 'object' && value !== null && !Array.isArray(value), 'not an object');
  // A member that stands twice, or white space that nobody needs: written again it is another text.
  demand(JSON.stringify(value) === text, 'not the only spelling');
  return value;
}

async function publishedKey(kid) {
  if (!keys.has(kid) && Date.now() - keysFetchedAt > 10_000) {
    const response = await fetch(`${settings.issuer}/.well-known/jwks.json`);
    for (const jwk of (await response.json()).keys) keys.set(jwk.kid, jwk);
    keysFetchedAt = Date.now();
  }
  return keys.get(kid);
}
