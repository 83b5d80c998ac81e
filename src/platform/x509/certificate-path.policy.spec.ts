import { createPublicKey, generateKeyPairSync, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeCertificate, type CertificateFields, type MadeCertificate } from '../../../test/support/certificates.js';
import { readCertificate, type CertificateFacts } from './certificate-facts.js';
import { findPaths } from './certificate-path.policy.js';
import { isStrongKey } from './strong-key.policy.js';

const SENT = 4;
const EVERYBODY = { ca: true, subject: 'CN=Everybody' } as const;

const factsOf = ({ der }: MadeCertificate): CertificateFacts => readCertificate(der) as CertificateFacts;

function several(make: () => Promise<MadeCertificate>): Promise<MadeCertificate[]> {
  return Promise.all(Array.from({ length: SENT }, make));
}

/** Each is the issuer of every other. */
async function aRing(): Promise<MadeCertificate[]> {
  const { keys } = await makeCertificate();
  return several(() => makeCertificate({ ...EVERYBODY, keys }));
}

function rsa(bits: number, exponent: string): { kty: string; n: string; e: string } {
  return { kty: 'RSA', n: oddNumber(bits), e: exponent };
}

/** base64url; as a modulus it has no private half that anybody knows, and takes no minutes to find. */
function oddNumber(bits: number): string {
  const bytes = randomBytes(bits / 8);
  bytes.writeUInt8(bytes.readUInt8(0) | 0x80, 0);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) | 1, bytes.length - 1);
  return bytes.toString('base64url');
}

const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
const signingKeys = webcrypto.subtle.generateKey({ ...RSA, modulusLength: 2_048, publicExponent: Buffer.of(1, 0, 1) }, true, [
  'sign',
  'verify',
]);

/** The certificate shows this key and is signed with another: a signature must be checked to see that. */
async function withKey(jwk: ReturnType<typeof rsa>): Promise<CertificateFields> {
  const keys = await signingKeys;
  return { keys, publicKey: await webcrypto.subtle.importKey('jwk', jwk, RSA, true, ['verify']) };
}

async function authoritiesWith(jwk: () => ReturnType<typeof rsa>): Promise<MadeCertificate[]> {
  return several(async () => makeCertificate({ ...EVERYBODY, ...(await withKey(jwk())) }));
}

afterEach(() => void vi.restoreAllMocks());

describe('the signatures that a stranger makes us check', () => {
  interface Row {
    title: string;
    /** One of them is by the anchor where it might have signed. */
    most: number;
    sent: () => Promise<MadeCertificate[]>;
    leaf?: () => Promise<CertificateFields> | CertificateFields;
  }
  // Each row seen failing with its own bound taken out: the strength, the memory of edges, the number.
  const rows: Row[] = [
    { title: 'of authorities that signed one another in every order', most: 12, sent: aRing },
    { title: 'of two that signed one another', most: 7, sent: async () => (await aRing()).slice(0, 2) },
    { title: 'of one authority, sent over and over', most: 3, sent: async () => Array<MadeCertificate>(SENT).fill((await aRing())[0]!) },
    { title: 'by large keys', most: 0, sent: () => authoritiesWith(() => rsa(16_384, 'AQAB')) },
    { title: 'by keys of a large exponent', most: 0, sent: () => authoritiesWith(() => rsa(2_048, oddNumber(2_040))) },
    { title: 'by authorities with a weak hash', most: 1, sent: () => several(() => makeCertificate({ ...EVERYBODY, hash: 'SHA-1' })) },
    { title: 'on a leaf with a weak hash', most: 0, sent: aRing, leaf: () => ({ hash: 'SHA-1' }) },
    { title: 'on a leaf with a large key', most: 0, sent: aRing, leaf: () => withKey(rsa(16_384, 'AQAB')) },
  ];
  it.each(rows)('$title: $most at most', async ({ most, sent, leaf }) => {
    const chain = await sent();
    const shown = factsOf(await makeCertificate({ signer: chain[0], ...(await leaf?.()) }));
    const anchors = [factsOf(await makeCertificate(EVERYBODY))];
    const verify = vi.spyOn(X509Certificate.prototype, 'verify');
    expect(findPaths(shown, chain.map(factsOf), anchors).good).toEqual([]);
    expect(verify.mock.calls.length).toBeLessThanOrEqual(most);
    if (most > 0) expect(verify).toHaveBeenCalled();
  });

  it('are enough for a chain of the longest kind beside an authority that is rotated', async () => {
    const roots = [await makeCertificate(EVERYBODY), await makeCertificate(EVERYBODY)];
    const issuers = [await makeCertificate({ ...EVERYBODY, signer: roots[1] })];
    for (let i = 1; i < SENT; i++) issuers.push(await makeCertificate({ ca: true, signer: issuers.at(-1) }));
    const leaf = factsOf(await makeCertificate({ signer: issuers.at(-1) }));
    expect(findPaths(leaf, issuers.map(factsOf), roots.map(factsOf)).good).toHaveLength(1);
  });
});

describe('what is sent along and weak', () => {
  it('is left out, and is the reason where no path remains', async () => {
    const root = await makeCertificate({ ca: true });
    const old = await makeCertificate({ ca: true, hash: 'SHA-1' });
    const weak = await makeCertificate({ ca: true, signer: root, hash: 'SHA-1' });
    const direct = factsOf(await makeCertificate({ signer: root }));
    expect(findPaths(direct, [factsOf(old)], [factsOf(root)]).good).toHaveLength(1);
    const below = factsOf(await makeCertificate({ signer: weak }));
    expect(findPaths(below, [factsOf(weak)], [factsOf(root)])).toEqual({ good: [], mistake: 'weak_signature' });
  });

  it('refuses nobody as an anchor: its signature on itself says nothing', async () => {
    const root = await makeCertificate({ ca: true, hash: 'SHA-1' });
    expect(findPaths(factsOf(await makeCertificate({ signer: root })), [factsOf(root)], [factsOf(root)]).good).toHaveLength(1);
  });
});

describe('a key', () => {
  const ofRsa = (bits: number, exponent: string): Parameters<typeof isStrongKey>[0] => ({
    publicKey: createPublicKey({ key: rsa(bits, exponent), format: 'jwk' }),
  });
  it.each([
    ['RSA of 2048 bits', ofRsa(2_048, 'AQAB'), true],
    ['RSA of 8192 bits', ofRsa(8_192, 'AQAB'), true],
    ['RSA with the exponent 3', ofRsa(2_048, 'Aw'), true],
    ['RSA of 1024 bits', ofRsa(1_024, 'AQAB'), false],
    ['RSA of 16384 bits', ofRsa(16_384, 'AQAB'), false],
    ['RSA with a larger exponent', ofRsa(2_048, 'AQAD'), false],
    ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' }), true],
    ['a curve for coins', generateKeyPairSync('ec', { namedCurve: 'secp256k1' }), false],
    ['Ed25519', generateKeyPairSync('ed25519'), true],
    ['Ed448', generateKeyPairSync('ed448'), false],
  ])('%s is strong and quick to verify with, or not', (_, key, isStrong) => {
    expect(isStrongKey(key)).toBe(isStrong);
  });

  it('of a kind that cannot be read is not strong, and no error', () => {
    const unreadable = {
      get publicKey(): never {
        throw new Error('unsupported');
      },
    };
    expect(isStrongKey(unreadable)).toBe(false);
  });
});
