import { createHash, generateKeyPairSync, randomUUID, type JsonWebKey } from 'node:crypto';
import { exportJWK, SignJWT, type JWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { DpopNonces } from './dpop-nonces.js';
import { DpopVerifier, type ProvenRequest } from './dpop-verifier.js';
import { DPOP_ALGS } from './proof-algorithms.js';
import { jwkThumbprint } from './public-jwk.js';

// RFC 9449 §4.1 and §7.1.
const HEADER =
  'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19';
const AT_TOKEN_ENDPOINT = `${HEADER}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg`;
const AT_RESOURCE = `${HEADER}.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA`;
const RFC_TOKEN = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU';
const RFC_JKT = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';

const NOW = 1_562_262_620_000;
const clock = (): number => NOW;
const TARGET = 'https://server.example.com/token';
const TOKEN = 'an.access.token';
const ath = createHash('sha256').update(TOKEN).digest('base64url');

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const jwk = (await exportJWK(publicKey)) as JWK;

async function proof(claims: object = {}, header: object = {}, key = privateKey): Promise<string> {
  const payload = { jti: randomUUID(), htm: 'POST', htu: TARGET, iat: NOW / 1000, ...claims };
  return new SignJWT(payload).setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk, ...header } as { alg: string }).sign(key);
}

const request = (given: string, more: Partial<ProvenRequest> = {}): ProvenRequest => ({
  proof: given,
  method: 'POST',
  targets: [TARGET],
  ...more,
});
const judge = (given: string, more: Partial<ProvenRequest> = {}): Promise<{ jkt: string; id: string; usableUntil: Date }> =>
  new DpopVerifier({ clock }).verify(request(given, more));
const refused = (reason: string): Error => expect.objectContaining({ name: 'DpopProofRefused', reason }) as Error;

describe('RFC 9449 the examples', () => {
  it('§5.2 the key of the proof is the jkt of the token', async () => {
    expect((await judge(AT_TOKEN_ENDPOINT)).jkt).toBe(RFC_JKT);
  });

  it('§7.1 ath is the hash of the token', async () => {
    const asked = { method: 'GET', targets: ['https://resource.example.org/protectedresource'] };
    expect((await judge(AT_RESOURCE, { ...asked, accessToken: RFC_TOKEN })).jkt).toBe(RFC_JKT);
    await expect(judge(AT_RESOURCE, { ...asked, accessToken: `${RFC_TOKEN}x` })).rejects.toThrow(refused('token_hash'));
  });

  it('RFC 7638 §3.1 the thumbprint of an RSA key', () => {
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw';
    expect(jwkThumbprint({ kty: 'RSA', n, e: 'AQAB', alg: 'RS256', kid: '2011-04-29' } as JsonWebKey)).toBe(
      'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
    );
  });
});

describe('RFC 9449 §4.3 a proof', () => {
  it('is taken with every algorithm that is announced, and no other kind is announced', async () => {
    const keys = {
      ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
      ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
      EdDSA: generateKeyPairSync('ed25519'),
      Ed25519: generateKeyPairSync('ed25519'),
      PS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
      RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    };
    expect([...DPOP_ALGS].sort()).toEqual(Object.keys(keys).sort());
    for (const alg of DPOP_ALGS) {
      const pair = keys[alg];
      const given = await proof({}, { alg, jwk: await exportJWK(pair.publicKey) }, pair.privateKey);
      expect((await judge(given)).jkt, alg).toBe(jwkThumbprint(pair.publicKey.export({ format: 'jwk' })));
    }
  });

  it.each([
    ['query and fragment do not count', 'https://server.example.com/token?x=1#y'],
    ['scheme and host in capitals', 'HTTPS://SERVER.example.com/token'],
    ['the default port', 'https://server.example.com:443/token'],
    ['dot segments', 'https://server.example.com/a/../token'],
    ['an encoded letter', 'https://server.example.com/%74oken'],
  ])('matches its address by RFC 3986 §6.2.2 and §6.2.3: %s', async (_, htu) => {
    await expect(judge(await proof({ htu }))).resolves.toBeDefined();
  });

  it.each([
    ['another path', 'https://server.example.com/Token'],
    ['a trailing slash', 'https://server.example.com/token/'],
    ['another host', 'https://evil.example.com/token'],
    ['another scheme', 'http://server.example.com/token'],
    ['another port', 'https://server.example.com:8443/token'],
    ['a user', 'https://server.example.com@evil.example/token'],
    ['its own user', 'https://a:b@server.example.com/token'],
    ['an encoded slash', 'https://server.example.com/%2Ftoken'],
    ['a path alone', '/token'],
    ['something else', 'javascript:alert(1)'],
  ])('attack 53 is refused for another address: %s', async (_, htu) => {
    await expect(judge(await proof({ htu }))).rejects.toThrow(refused('target'));
  });

  it.each<[string, object, string]>([
    ['another method', { htm: 'GET' }, 'method'],
    ['the method in lower case', { htm: 'post' }, 'method'],
    ['no htm', { htm: undefined }, 'claims'],
    ['no htu', { htu: undefined }, 'claims'],
    ['a list of addresses', { htu: [TARGET] }, 'claims'],
    ['no jti', { jti: undefined }, 'claims'],
    ['a jti of 257 characters', { jti: 'j'.repeat(257) }, 'claims'],
    ['a jti that is a number', { jti: 1 }, 'claims'],
    ['no iat', { iat: undefined }, 'claims'],
    ['an iat that is a text', { iat: String(NOW / 1000) }, 'claims'],
    ['61 s ago', { iat: NOW / 1000 - 61 }, 'stale'],
    ['in 61 s', { iat: NOW / 1000 + 61 }, 'stale'],
    ['a nonce that is no text', { nonce: 1 }, 'claims'],
  ])('attack 53 is refused for its claims: %s', async (_, claims, reason) => {
    await expect(judge(await proof(claims))).rejects.toThrow(refused(reason));
  });

  it('attack 53 is refused without ath where a token came along', async () => {
    await expect(judge(await proof(), { accessToken: TOKEN })).rejects.toThrow(refused('token_hash'));
    await expect(judge(await proof({ ath }), { accessToken: TOKEN })).resolves.toBeDefined();
  });

  const d = privateKey.export({ format: 'jwk' }).d;
  it.each<[string, object, string]>([
    ['typ of something else', { typ: 'jwt' }, 'type'],
    ['typ of an access token', { typ: 'at+jwt' }, 'type'],
    ['no key', { jwk: undefined }, 'key'],
    ['a private key', { jwk: { ...jwk, d } }, 'key'],
    ['a key of another curve', { jwk: { ...jwk, crv: 'P-384' } }, 'key'],
    ['a point that is not on the curve', { jwk: { ...jwk, x: jwk.y, y: jwk.x } }, 'key'],
    ['another kind of key', { jwk: { kty: 'oct', k: 'c2VjcmV0' } }, 'key'],
    ['an unknown curve', { jwk: { ...jwk, crv: 'secp256k1' } }, 'key'],
    ['another key', { jwk: generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' }) }, 'signature'],
  ])('attack 53 is refused for its header: %s', async (_, header, reason) => {
    await expect(judge(await proof({}, header))).rejects.toThrow(refused(reason));
  });

  const part = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
  const claims = part({ jti: 'j', htm: 'POST', htu: TARGET, iat: NOW / 1000 });
  it.each([
    ['attack 1 alg none', `${part({ typ: 'dpop+jwt', alg: 'none', jwk })}.${claims}.c2ln`, 'algorithm'],
    ['attack 1 no signature', `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk })}.${claims}.`, 'malformed'],
    ['attack 2 HS256', `${part({ typ: 'dpop+jwt', alg: 'HS256', jwk: { kty: 'oct', k: 'a' } })}.${claims}.c2ln`, 'algorithm'],
    ['attack 7 crit', `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk, crit: ['exp'], exp: 1 })}.${claims}.c2ln`, 'header'],
    ['attack 7 b64', `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk, b64: false })}.${claims}.c2ln`, 'header'],
    ['attack 7 five parts', 'a.b.c.d.e', 'malformed'],
    ['attack 8 a claim twice', `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk })}.${part('{"jti":"a","jti":"b"}')}.c2ln`, 'malformed'],
    ['no JSON', `${part('x')}.${claims}.c2ln`, 'malformed'],
    ['no object', `${part('[]')}.${claims}.c2ln`, 'malformed'],
    ['9 KiB', `${part({ typ: 'dpop+jwt', alg: 'ES256', jwk })}.${part('x'.repeat(9_000))}.c2ln`, 'malformed'],
    ['nothing', '', 'malformed'],
  ])('is refused: %s', async (_, text, reason) => {
    await expect(judge(text)).rejects.toThrow(refused(reason));
  });

  it('attack 53 is refused with RSA keys below 2048 bits', async () => {
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 });
    // Not by jose, which signs with no such key: the key is refused before any signature is looked at.
    const header = part({ typ: 'dpop+jwt', alg: 'RS256', jwk: weak.publicKey.export({ format: 'jwk' }) });
    await expect(judge(`${header}.${claims}.c2ln`)).rejects.toThrow(refused('key'));
  });

  it('attack 53 is taken with RSA keys of the exponents 3 and 65537, and refused with one that makes verifying slow', async () => {
    const exponent3 = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 });
    const good = await proof({}, { alg: 'RS256', jwk: await exportJWK(exponent3.publicKey) }, exponent3.privateKey);
    await expect(judge(good)).resolves.toBeDefined();
    const { n = '' } = exponent3.publicKey.export({ format: 'jwk' });
    // 17, 2^32 + 1, and one as long as the modulus.
    for (const e of ['EQ', 'AQAAAAE', n]) {
      const header = part({ typ: 'dpop+jwt', alg: 'RS256', jwk: { kty: 'RSA', n, e } });
      await expect(judge(`${header}.${claims}.c2ln`), e).rejects.toThrow(refused('key'));
    }
  });

  it('DPOP-5 has one name, whatever way its address is spelled, and another with another jti', async () => {
    const verifier = new DpopVerifier({ clock });
    const [one, same, other] = await Promise.all([proof({ jti: 'a' }), proof({ jti: 'a', htu: `${TARGET}?again` }), proof({ jti: 'b' })]);
    const ids = await Promise.all([one, same, other].map(async (given) => (await verifier.verify(request(given))).id));
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
  });

  it('is judged anew when its key is known already', async () => {
    const verifier = new DpopVerifier({ clock });
    await verifier.verify(request(await proof()));
    const [header, , signature] = (await proof()).split('.');
    await expect(verifier.verify(request(`${header}.${claims}.${signature}`))).rejects.toThrow(refused('signature'));
  });
});

describe('RFC 9449 §8 nonces', () => {
  const key = Buffer.alloc(32, 7);
  let now = NOW;
  const nonces = new DpopNonces({ key, context: 'https://as.example', windowSeconds: 100, clock: () => now });
  const replica = new DpopNonces({ key, context: 'https://as.example', windowSeconds: 100, clock: () => now });

  it('T22 one is taken by every replica, in its window and in the next, and attack 55 not after', () => {
    now = NOW;
    const nonce = nonces.current();
    expect(replica.isGood(nonce)).toBe(true);
    now += 100_000;
    expect(replica.isGood(nonce)).toBe(true);
    expect(replica.current()).not.toBe(nonce);
    now += 100_000;
    expect(replica.isGood(nonce)).toBe(false);
  });

  it('T22 one of a replica whose clock is ahead is taken', () => {
    now = NOW;
    const ahead = new DpopNonces({ key, context: 'https://as.example', windowSeconds: 100, clock: () => NOW + 100_000 });
    expect(nonces.isGood(ahead.current())).toBe(true);
  });

  it('attack 55 one of another server or key, and any other text, is not', () => {
    now = NOW;
    const other = new DpopNonces({ key, context: 'https://rs.example', windowSeconds: 100, clock: () => now });
    const forged = new DpopNonces({ key: Buffer.alloc(32, 8), context: 'https://as.example', windowSeconds: 100, clock: () => now });
    for (const nonce of [other.current(), forged.current(), '', 'é', nonces.current().slice(1)]) expect(nonces.isGood(nonce)).toBe(false);
  });

  it('a proof needs one where they are demanded, and is then good whatever the clock of the client says', async () => {
    now = NOW;
    const verifier = new DpopVerifier({ nonces, clock: () => now });
    await expect(verifier.verify(request(await proof()))).rejects.toThrow(refused('nonce'));
    await expect(verifier.verify(request(await proof({ nonce: 'other' })))).rejects.toThrow(refused('nonce'));
    const late = await proof({ nonce: nonces.current(), iat: NOW / 1000 - 7_200 });
    const { usableUntil } = await verifier.verify(request(late));
    // DPOP-5: what is remembered of it outlives it.
    now = usableUntil.getTime();
    await expect(verifier.verify(request(late))).rejects.toThrow(refused('nonce'));
  });

  it('T22 while a key is changed, replicas with the new one first give out its nonces and take those of the old one too', () => {
    now = NOW;
    const fresh = Buffer.alloc(32, 9);
    const from = (...keys: Buffer[]): DpopNonces =>
      new DpopNonces({ key: keys, context: 'https://as.example', windowSeconds: 100, clock: () => now });
    const [waiting, changed, retired] = [from(key, fresh), from(fresh, key), from(fresh)];
    expect([waiting.current(), changed.current()]).toEqual([nonces.current(), retired.current()]);
    expect([waiting, changed].map((each) => [each.isGood(nonces.current()), each.isGood(retired.current())])).toEqual([
      [true, true],
      [true, true],
    ]);
    expect(retired.isGood(nonces.current())).toBe(false);
  });

  it('a short key, or none, is refused at the start', () => {
    for (const none of [Buffer.alloc(16), [], [key, Buffer.alloc(16)]])
      expect(() => new DpopNonces({ key: none, context: 'x' })).toThrow(RangeError);
  });
});
