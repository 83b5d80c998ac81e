import { webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inHours, makeCertificate } from '../../../test/support/certificates.js';
import { pemOf } from '../../../test/support/client-certificates.js';
import { BasicConstraintsExtension, X509CertificateGenerator } from './library.js';
import { readTrustAnchors, splitPem } from './trust-anchors.policy.js';

async function ofRsa(modulusLength: number): Promise<string> {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=RSA',
    notAfter: inHours(1),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new BasicConstraintsExtension(true, undefined, true)],
  });
  return certificate.toString('pem');
}

describe('the authorities that a tenant names', () => {
  it('may be several, with the lines of any system between them', async () => {
    const [a, b] = [await makeCertificate({ ca: true }), await makeCertificate({ ca: true, keyUsage: null })];
    const read = readTrustAnchors(`\n${pemOf(a)}\r\n\r\n${pemOf(b).replaceAll('\n', '\r\n')}`, Date.now());
    expect(read).toMatchObject({ anchors: [{ der: a.der }, { der: b.der }] });
    expect(readTrustAnchors(await ofRsa(2048), Date.now())).toHaveProperty('anchors');
  });

  it('may be valid later only: they are registered before a rotation', async () => {
    expect(readTrustAnchors(pemOf(await makeCertificate({ ca: true, notBefore: inHours(1) })), Date.now())).toHaveProperty('anchors');
  });

  it.each<[string, () => Promise<string>, RegExp]>([
    ['a leaf', async () => pemOf(await makeCertificate()), /not that of a certificate authority/],
    ['one that may not sign', async () => pemOf(await makeCertificate({ ca: true, keyUsage: 1 })), /not that of a certificate authority/],
    ['an expired one', async () => pemOf(await makeCertificate({ ca: true, notBefore: inHours(-2), notAfter: inHours(-1) })), /expired on/],
    ['a weak key', () => ofRsa(1024), /too weak/],
    ['nothing', async () => ' ', /0 certificates/],
    [
      'a key',
      async () => `${pemOf(await makeCertificate({ ca: true }))}-----BEGIN EC PRIVATE KEY-----\nAA==\n-----END EC PRIVATE KEY-----`,
      /leaked/,
    ],
    ['text', async () => `subject=CN=x\n${pemOf(await makeCertificate({ ca: true }))}`, /something besides/],
    ['another label', async () => '-----BEGIN X509 CRL-----\nAA==\n-----END X509 CRL-----', /something besides/],
    ['no certificate in it', async () => '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----', /cannot be read/],
    ['a second bad one', async () => pemOf(await makeCertificate({ ca: true }), await makeCertificate()), /Certificate 2 of 2/],
  ])('may not be %s', async (_, pem, message) => {
    expect(readTrustAnchors(await pem(), Date.now())).toMatchObject({ mistake: { message: expect.stringMatching(message) } });
  });

  it('are split from PEM in time that grows with its length', () => {
    const started = Date.now();
    expect(splitPem('-----BEGIN CERTIFICATE-----'.repeat(1_200))).toBeUndefined();
    expect(splitPem(`-----BEGIN CERTIFICATE-----${'A'.repeat(32_000)}`)).toBeUndefined();
    expect(Date.now() - started).toBeLessThan(500);
  });
});
