import { createHash } from 'node:crypto';
import { describe, beforeAll, expect, it } from 'vitest';
import { inHours, makeCertificate, type CertificateFields, type MadeCertificate } from '../../../test/support/certificates.js';
import { namesWorkload, verifySvid, type SvidRefusal, type TrustBundle } from './svid.policy.js';
import { ExtendedKeyUsage, Extension, KeyUsageFlags, readCertificate, type CertificateFacts } from '../../platform/x509/index.js';

const DOMAIN = 'prod.example.org';
const BILLING = `spiffe://${DOMAIN}/billing`;

let root: MadeCertificate;
let intermediate: MadeCertificate;
let otherRoot: MadeCertificate;
let bundles: TrustBundle[];

function factsOf(certificate: MadeCertificate): CertificateFacts {
  const facts = readCertificate(certificate.der);
  if (!facts) throw new Error('The certificate cannot be read.');
  return facts;
}

beforeAll(async () => {
  root = await makeCertificate({ ca: true, uris: [`spiffe://${DOMAIN}`], notAfter: inHours(48) });
  intermediate = await makeCertificate({ ca: true, signer: root, pathLength: 0 });
  otherRoot = await makeCertificate({ ca: true, uris: ['spiffe://other.example.org'] });
  bundles = [
    { trustDomain: DOMAIN, authorities: [factsOf(root)] },
    { trustDomain: 'other.example.org', authorities: [factsOf(otherRoot)] },
  ];
});

async function verdictOn(fields: CertificateFields, chain: readonly MadeCertificate[] = [], now = Date.now()): Promise<unknown> {
  const leaf = await makeCertificate({ signer: root, uris: [BILLING], ...fields });
  const verdict = verifySvid({ leaf: leaf.der, chain: chain.map(({ der }) => der) }, bundles, now);
  return 'svid' in verdict ? verdict.svid.spiffeId : verdict.refusal;
}

describe('section 18 SPF-5: an X.509-SVID', () => {
  it('names its workload, its thumbprint and its end', async () => {
    const notAfter = inHours(12);
    const leaf = await makeCertificate({ signer: root, uris: [BILLING], subject: 'CN=svc_1', notAfter });
    expect(verifySvid({ leaf: leaf.der, chain: [] }, bundles, Date.now())).toEqual({
      svid: {
        spiffeId: BILLING,
        trustDomain: DOMAIN,
        thumbprint: createHash('sha256').update(leaf.der).digest('base64url'),
        commonName: 'svc_1',
        validUntil: notAfter.getTime(),
      },
    });
  });

  it('is taken over an intermediate that was sent along, and beside names that are no URI', async () => {
    expect(await verdictOn({ signer: intermediate }, [intermediate])).toBe(BILLING);
    expect(await verdictOn({ signer: intermediate }, [await makeCertificate(), intermediate, root])).toBe(BILLING);
    expect(await verdictOn({ otherNames: [{ type: 'dns', value: 'billing.internal' }] })).toBe(BILLING);
    expect(await verdictOn({ extendedKeyUsage: null })).toBe(BILLING);
  });

  it('counts at both ends of its validity, and not a millisecond beyond', async () => {
    const ends = { notBefore: inHours(-1), notAfter: inHours(1) };
    expect(await verdictOn(ends, [], ends.notBefore.getTime())).toBe(BILLING);
    expect(await verdictOn(ends, [], ends.notAfter.getTime())).toBe(BILLING);
    expect(await verdictOn(ends, [], ends.notBefore.getTime() - 1)).toBe('not_yet_valid');
    expect(await verdictOn(ends, [], ends.notAfter.getTime() + 1)).toBe('expired');
  });

  it('is expired when an authority above it is, although it is not itself', async () => {
    expect(await verdictOn({ notAfter: inHours(96) }, [], inHours(72).getTime())).toBe('expired');
  });

  it('stands when one of two paths is still valid', async () => {
    const again = await makeCertificate({ ca: true, subject: root.subject, keys: root.keys, notAfter: inHours(500) });
    const both = [{ trustDomain: DOMAIN, authorities: [factsOf(root), factsOf(again)] }];
    const leaf = await makeCertificate({ signer: root, uris: [BILLING], notAfter: inHours(400) });
    expect(verifySvid({ leaf: leaf.der, chain: [] }, both, inHours(300).getTime())).toMatchObject({ svid: { spiffeId: BILLING } });
  });
});

describe('attacks on an X.509-SVID', () => {
  const unknownCritical = new Extension('1.3.6.1.4.1.99999.1', true, new Uint8Array([5, 0]));
  const rows: [string, SvidRefusal, () => CertificateFields | Promise<CertificateFields>][] = [
    ['that has expired', 'expired', () => ({ notBefore: inHours(-3), notAfter: inHours(-1) })],
    ['of tomorrow', 'not_yet_valid', () => ({ notBefore: inHours(1) })],
    ['of a trust domain without a bundle', 'other_trust_domain', () => ({ uris: ['spiffe://evil.example.org/billing'] })],
    ['of a trust domain that only begins the same', 'other_trust_domain', () => ({ uris: [`spiffe://${DOMAIN}.evil/billing`] })],
    ['of our domain, signed by the authority of another', 'untrusted', () => ({ signer: otherRoot })],
    ['of another domain, signed by our authority', 'untrusted', () => ({ uris: ['spiffe://other.example.org/billing'] })],
    ['that signs itself', 'untrusted', () => ({ signer: undefined })],
    [
      'of an authority that only bears our name',
      'untrusted',
      async () => ({ signer: await makeCertificate({ ca: true, subject: root.subject }) }),
    ],
    ['signed by our key under the name of another', 'untrusted', () => ({ issuer: 'CN=another' })],
    ['with two URI SANs', 'several_uri_sans', () => ({ uris: [BILLING, `spiffe://${DOMAIN}/export`] })],
    ['with a second URI SAN that is no SPIFFE id', 'several_uri_sans', () => ({ uris: [BILLING, 'https://example.org/'] })],
    ['without a URI SAN', 'no_uri_san', () => ({ uris: [], otherNames: [{ type: 'dns', value: 'billing' }] })],
    ['without any SAN', 'no_uri_san', () => ({ uris: [], subject: `CN=${BILLING}` })],
    ['whose URI is a DNS name', 'no_uri_san', () => ({ uris: [], otherNames: [{ type: 'dns', value: BILLING }] })],
    ['with a web address', 'not_a_spiffe_id', () => ({ uris: [`https://${DOMAIN}/billing`] })],
    ['that names the trust domain itself', 'not_a_spiffe_id', () => ({ uris: [`spiffe://${DOMAIN}`] })],
    ['with a path that would be normalised', 'not_a_spiffe_id', () => ({ uris: [`spiffe://${DOMAIN}/export/../billing`] })],
    ['with a percent sign in its path', 'not_a_spiffe_id', () => ({ uris: [`spiffe://${DOMAIN}/bill%69ng`] })],
    ['that is an authority', 'leaf_is_an_authority', () => ({ ca: true })],
    ['that may sign certificates', 'key_usage', () => ({ keyUsage: KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign })],
    ['that may sign revocation lists', 'key_usage', () => ({ keyUsage: KeyUsageFlags.digitalSignature | KeyUsageFlags.cRLSign })],
    ['that may not sign', 'key_usage', () => ({ keyUsage: KeyUsageFlags.keyAgreement })],
    ['without key usage', 'key_usage', () => ({ keyUsage: null })],
    ['for servers only', 'extended_key_usage', () => ({ extendedKeyUsage: [ExtendedKeyUsage.serverAuth] })],
    ['for e-mail', 'extended_key_usage', () => ({ extendedKeyUsage: [ExtendedKeyUsage.emailProtection] })],
    ['with a critical extension that nobody understands', 'unreadable', () => ({ extensions: [unknownCritical] })],
    [
      'with the same extension twice',
      'unreadable',
      async () => ({ extensions: [new Extension('2.5.29.17', false, (await sanOf(`spiffe://${DOMAIN}/export`)).value)] }),
    ],
    ['signed with SHA-1', 'weak_signature', () => ({ hash: 'SHA-1' })],
  ];
  // Seen failing: each check of svid.policy.ts taken out leaves its rows taken.
  it.each(rows)('%s is refused as %s', async (_, refusal, fields) => {
    expect(await verdictOn(await fields())).toBe(refusal);
  });

  it('over an intermediate that was not sent is untrusted', async () => {
    expect(await verdictOn({ signer: intermediate })).toBe('untrusted');
  });

  // Attack: a stolen service certificate signs others.
  it('signed by a leaf is refused', async () => {
    const leaf = await makeCertificate({ signer: root, uris: [BILLING] });
    expect(await verdictOn({ signer: leaf }, [leaf])).toMatch(/not_an_authority|untrusted/);
  });

  it('signed by a certificate that may sign but is no authority is refused', async () => {
    const noAuthority = await makeCertificate({ signer: root, keyUsage: KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign });
    const silent = await makeCertificate({ signer: root, keyUsage: null });
    expect(await verdictOn({ signer: noAuthority }, [noAuthority])).toBe('not_an_authority');
    expect(await verdictOn({ signer: silent }, [silent])).toBe('not_an_authority');
  });

  it('signed by a CA certificate without keyCertSign is refused', async () => {
    const weak = await makeCertificate({ ca: true, signer: root, keyUsage: KeyUsageFlags.digitalSignature });
    expect(await verdictOn({ signer: weak }, [weak])).toMatch(/not_an_authority|untrusted/);
  });

  it('below more authorities than the path length allows is refused', async () => {
    const deeper = await makeCertificate({ ca: true, signer: intermediate });
    expect(await verdictOn({ signer: deeper }, [deeper, intermediate])).toBe('path_length');
  });

  it('outside the name constraints of an authority is refused', async () => {
    const foreign = await makeCertificate({ ca: true, signer: root, permittedHosts: ['staging.example.org'] });
    const excluded = await makeCertificate({ ca: true, signer: root, excludedHosts: [DOMAIN] });
    const within = await makeCertificate({ ca: true, signer: root, permittedHosts: ['.example.org'], excludedHosts: ['evil.example.org'] });
    expect(await verdictOn({ signer: foreign }, [foreign])).toBe('name_constraints');
    expect(await verdictOn({ signer: excluded }, [excluded])).toBe('name_constraints');
    expect(await verdictOn({ signer: within }, [within])).toBe(BILLING);
  });

  it('an expired intermediate does not serve', async () => {
    const old = await makeCertificate({ ca: true, signer: root, notBefore: inHours(-5), notAfter: inHours(-1) });
    expect(await verdictOn({ signer: old }, [old])).toBe('expired');
  });

  it('a chain that is too long or unreadable is refused without a look at its signatures', async () => {
    expect(await verdictOn({}, [root, root, root, root, root])).toBe('chain_too_long');
    expect(await verdictOn({}, [{ ...root, der: Buffer.from('MIIB') }])).toBe('unreadable');
    expect(verifySvid({ leaf: Buffer.alloc(0), chain: [] }, bundles, Date.now())).toEqual({ refusal: 'unreadable' });
    expect(verifySvid({ leaf: Buffer.alloc(9_000, 0x30), chain: [] }, bundles, Date.now())).toEqual({ refusal: 'unreadable' });
  });

  // Seen failing with the signature check taken out of certificate-path.policy.ts.
  it('with any single bit changed is refused', async () => {
    const { der } = await makeCertificate({ signer: root, uris: [BILLING] });
    for (let at = 0; at < der.length; at++) {
      const forged = Buffer.from(der);
      forged[at] = (forged[at] as number) ^ 0x01;
      expect(verifySvid({ leaf: forged, chain: [] }, bundles, Date.now()), `byte ${at}`).toHaveProperty('refusal');
    }
  });
});

describe('what names a workload of a domain, whoever signed it', () => {
  const rows: [string, boolean, CertificateFields][] = [
    ['its SPIFFE id', true, { uris: [BILLING] }],
    ['the domain itself', true, { uris: [`spiffe://${DOMAIN}`] }],
    [
      'its SPIFFE id behind another URI and a DNS name',
      true,
      { uris: ['https://example.org/', BILLING], otherNames: [{ type: 'dns', value: 'b' }] },
    ],
    ['a workload of another domain', false, { uris: ['spiffe://tenant.example/billing'] }],
    ['a domain below', false, { uris: [`spiffe://a.${DOMAIN}/billing`] }],
    ['the SPIFFE id as a DNS name', false, { otherNames: [{ type: 'dns', value: BILLING }] }],
    ['nothing', false, {}],
  ];
  it.each(rows)('%s: %s', async (_, isNamed, fields) => {
    const { der } = await makeCertificate({ signer: otherRoot, ...fields });
    expect(namesWorkload(der, ['other.example.org', DOMAIN])).toBe(isNamed);
  });

  it('is not what cannot be read: it opens nothing inside either', () => {
    expect(namesWorkload(Buffer.from('MIIB'), [DOMAIN])).toBe(false);
  });
});

async function sanOf(uri: string): Promise<Extension> {
  const { X509Certificate } = await import('../../platform/x509/index.js');
  const found = new X509Certificate(new Uint8Array((await makeCertificate({ uris: [uri] })).der)).getExtension('2.5.29.17');
  if (!found) throw new Error('There is no SAN.');
  return found;
}
