import { webcrypto } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { makeRequest } from '../../../test/support/certificates.js';
import { CertificateRequestRefused, provenKeyOf } from './certificate-request.js';

const EC = (namedCurve: string): EcKeyAlgorithm => ({ name: 'ECDSA', namedCurve });
const RSA = (modulusLength: number, exponent: number[] = [1, 0, 1]): object => ({
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength,
  publicExponent: new Uint8Array(exponent),
  hash: 'SHA-256',
});

type EcKeyAlgorithm = { name: string; namedCurve: string };

describe('a request for a certificate', () => {
  it.each<[string, object]>([
    ['EC P-256', EC('P-256')],
    ['EC P-384', EC('P-384')],
    ['RSA 2048', RSA(2048)],
  ])('with a key of %s is taken, and only its key', async (_, algorithm) => {
    const { pem, spki } = await makeRequest({ algorithm, uris: ['spiffe://example.org/admin'] });
    expect(Buffer.from((await provenKeyOf(pem)).rawData)).toEqual(spki);
  });

  it('under the older name, and with lines of Windows, is taken', async () => {
    const { pem } = await makeRequest();
    await provenKeyOf(pem.replaceAll('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST').replaceAll('\n', '\r\n'));
  });

  it.each<[string, () => Promise<string>]>([
    ['with a key of EC P-521', async () => (await makeRequest({ algorithm: EC('P-521') })).pem],
    ['with a key of RSA 1024', async () => (await makeRequest({ algorithm: RSA(1024) })).pem],
    ['with the RSA exponent 3', async () => (await makeRequest({ algorithm: RSA(2048, [3]) })).pem],
    ['signed with SHA-1', async () => (await makeRequest({ hash: 'SHA-1' })).pem],
    ['signed by another key', async () => (await makeRequest({ signingKeys: await anotherPair() })).pem],
    ['whose signature is changed', async () => changed((await makeRequest()).pem, -5)],
    ['whose subject is changed after signing', async () => changed((await makeRequest({ subject: 'CN=aaaaaaaa' })).pem, 24)],
    ['that stands twice', async () => (await makeRequest()).pem.repeat(2)],
    ['that is a certificate', async () => (await makeRequest()).pem.replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE')],
    ['that is too long', async () => `${(await makeRequest()).pem}${' '.repeat(8_192)}`],
    ['that is cut off', async () => `-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----`],
    ['that is empty', () => Promise.resolve('')],
    ['that is prose', () => Promise.resolve('please')],
  ])('%s is refused in words', async (_, request) => {
    await expect(provenKeyOf(await request())).rejects.toThrow(CertificateRequestRefused);
  });
});

async function anotherPair(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(EC('P-256'), true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

function changed(pem: string, at: number): string {
  const lines = pem.trim().split('\n');
  const der = Buffer.from(lines.slice(1, -1).join(''), 'base64');
  const index = at < 0 ? der.length + at : at;
  der[index] = (der[index] as number) ^ 0x01;
  return [lines[0], der.toString('base64'), lines.at(-1)].join('\n');
}
