// Access tokens in the product's shape, signed by a key of the benchmark, for the guards under test.
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { promisify } from 'node:util';

const signOffTheLoop = promisify(sign);

export const guardedApi = {
  issuer: 'http://issuer.bench.test',
  audience: 'http://api.bench.test/analytics',
  scope: 'read:bench',
};

export function rsaSigner() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const { kty, n, e } = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ e, kty, n })).digest('base64url');
  return {
    privateKey,
    pem: publicKey.export({ type: 'spki', format: 'pem' }),
    jwks: { keys: [{ kty, n, e, kid, alg: 'RS256', use: 'sig' }] },
    header: encode({ alg: 'RS256', typ: 'at+jwt', kid }),
  };
}

export function ecSigner() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  return {
    // RFC 7518 §3.4: the signature of a JWS is r and s, not DER.
    privateKey: { key: privateKey, dsaEncoding: 'ieee-p1363' },
    jwks: { keys: [{ kty, crv, x, y, kid, alg: 'ES256', use: 'sig' }] },
    header: encode({ alg: 'ES256', typ: 'at+jwt', kid }),
  };
}

export async function mintToken(signer, changes = {}) {
  const now = Math.floor(Date.now() / 1000);
  const clientId = 'sp_01jd3k5x7qf8vs2m4n6p8r0t2w';
  const jti = randomUUID();
  const claims = {
    iss: guardedApi.issuer,
    sub: clientId,
    aud: guardedApi.audience,
    exp: now + 3600,
    iat: now,
    jti,
    client_id: clientId,
    scope: `${guardedApi.scope} read:analytics-data`,
    org_id: 'org_01jd3k5x7qf8vs2m4n6p8r0t2x',
    principal_type: 'service_principal',
    cred: 'sec_01jd3k5x7qf8vs2m4n6p8r0t2y',
    root: jti,
    ...changes,
  };
  const input = `${signer.header}.${encode(claims)}`;
  const signature = await signOffTheLoop('sha256', Buffer.from(input), signer.privateKey);
  return `${input}.${signature.toString('base64url')}`;
}

/** Many distinct tokens; two at a time per core keep the thread pool busy. */
export async function mintTokens(signer, count, changes = {}) {
  const tokens = [];
  const worker = async () => {
    while (tokens.length < count) {
      const at = tokens.push(undefined) - 1;
      tokens[at] = await mintToken(signer, changes);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return tokens;
}

const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
