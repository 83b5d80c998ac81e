// DPoP proofs by the hand of the benchmark: many, made beforehand.
import { createHash, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { promisify } from 'node:util';

const signOffTheLoop = promisify(sign);
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const hash = (text) => createHash('sha256').update(text).digest('base64url');

export function proofKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  return {
    privateKey: { key: privateKey, dsaEncoding: 'ieee-p1363' },
    jkt: hash(JSON.stringify({ crv, kty, x, y })),
    header: encode({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } }),
  };
}

/** `count` proofs for GETs of one address with one token. */
export async function proofsFor(key, { url, token, count }) {
  const ath = hash(token);
  const proofs = [];
  const worker = async () => {
    while (proofs.length < count) {
      const at = proofs.push(undefined) - 1;
      const claims = { jti: randomUUID(), htm: 'GET', htu: url, iat: Math.floor(Date.now() / 1000), ath };
      const input = `${key.header}.${encode(claims)}`;
      proofs[at] = `${input}.${(await signOffTheLoop('sha256', Buffer.from(input), key.privateKey)).toString('base64url')}`;
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return proofs;
}
