import { createPrivateKey, generateKeyPairSync, sign, verify, X509Certificate } from 'node:crypto';
import { compactVerify, createLocalJWKSet, decodeProtectedHeader } from 'jose';
import { describe, expect, it } from 'vitest';
import { Attacker } from './attacker.js';
import { selfSignedCertificate, toPem } from './certificate.js';
import { mirrorEcdsa, readToken, respell } from './jws-parts.js';

/** A hostile token is only worth sending when it would work on whoever makes the mistake. */
describe('hostile material', () => {
  it('the certificate is one: it parses, verifies itself, and holds the key', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const certificate = new X509Certificate(toPem(selfSignedCertificate(privateKey, 'evil')));
    expect(certificate.verify(publicKey)).toBe(true);
    expect(certificate.subject).toBe('CN=evil');
    expect(certificate.publicKey.export({ type: 'spki', format: 'pem' })).toEqual(publicKey.export({ type: 'spki', format: 'pem' }));
    expect(new Date(certificate.validTo).getTime()).toBeGreaterThan(Date.now());
  });

  it("the attacker's token verifies with the key, the certificate and the key set that come along", async () => {
    const attacker = await Attacker.create();
    const token = attacker.sign({ alg: 'RS256', kid: 'known', jwk: attacker.jwk, x5c: attacker.x5c }, { sub: 'evil' });
    const served = JSON.parse(attacker.documents(['known'])['/jwks.json']!) as { keys: [] };
    await expect(compactVerify(token, createLocalJWKSet(served))).resolves.toBeDefined();
    const { x5c, jwk } = decodeProtectedHeader(token);
    const certificate = new X509Certificate(Buffer.from(x5c![0]!, 'base64'));
    await expect(compactVerify(token, certificate.publicKey)).resolves.toBeDefined();
    expect(jwk).not.toHaveProperty('d');
  });

  it('the mirrored ECDSA signature is another one, and good', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
    for (let i = 0; i < 20; i++) {
      const signature = sign('sha256', Buffer.from(`text ${i}`), key);
      const mirrored = mirrorEcdsa(signature);
      expect(mirrored).toHaveLength(64);
      expect(mirrored.equals(signature)).toBe(false);
      expect(verify('sha256', Buffer.from(`text ${i}`), { key: publicKey, dsaEncoding: 'ieee-p1363' }, mirrored)).toBe(true);
    }
    expect(createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })).asymmetricKeyType).toBe('ec');
  });

  it('another spelling means the same bytes; where there are no spare bits there is none', () => {
    for (const bytes of [256, 64, 1]) {
      const text = Buffer.alloc(bytes, 0xa5).toString('base64url');
      const other = respell(text)!;
      expect(other).not.toBe(text);
      expect(Buffer.from(other, 'base64url')).toEqual(Buffer.from(text, 'base64url'));
    }
    expect(respell(Buffer.alloc(66).toString('base64url'))).toBeUndefined();
  });

  it.each(['', 'x', 'a.b', 'a.b.c.d', 'e30.W10.AA', '!.e30.AA'])('%j is read as no token', (text) => {
    expect(readToken(text)).toBeUndefined();
  });
});
