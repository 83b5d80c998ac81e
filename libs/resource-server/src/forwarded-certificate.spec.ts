import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, type MadeCertificate } from '../../../test/support/certificates.js';
import { clientCert, pemOf, xfcc } from '../../../test/support/client-certificates.js';
import { MalformedCredentials } from './bearer-token.js';
import type { CertificateBearingRequest, CertificateSource } from './certificate-source.js';
import { forwardedCertificate, type CertificateHeader } from './forwarded-certificate.js';
import { keysProvenBy } from './proven-keys.js';

let root: MadeCertificate;
let leaf: MadeCertificate;
beforeAll(async () => {
  root = await makeCertificate({ ca: true });
  leaf = await makeCertificate({ signer: root });
});

const sourceOf = (header?: CertificateHeader): CertificateSource => forwardedCertificate({ header, trustedProxies: ['10.0.0.0/8', '::1'] });
const from = (remoteAddress: string | undefined, ...lines: [string, string][]): CertificateBearingRequest => ({
  rawHeaders: lines.flat(),
  socket: { remoteAddress },
});
const envoy = (): string => xfcc({ cert: pemOf(leaf, root), der: leaf.der });
function reasonOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof MalformedCredentials) return error.reason;
    throw error;
  }
  return 'none';
}

describe('a forwarded certificate', () => {
  it.each(['10.1.2.3', '::ffff:10.1.2.3', '::1'])('counts from the trusted proxy %s', (proxy) => {
    expect(sourceOf('rfc9440')(from(proxy, ['Client-Cert', clientCert(leaf)]))).toEqual({ leaf: leaf.der, chain: [] });
    expect(sourceOf('xfcc')(from(proxy, ['X-Forwarded-Client-Cert', envoy()]))).toEqual({ leaf: leaf.der, chain: [root.der] });
  });

  it.each(['11.0.0.1', '::ffff:11.0.0.1', '::2', 'unknown', undefined])(
    'refuses the request of %s, whatever the header and the setting',
    (peer) => {
      for (const header of ['rfc9440', 'xfcc', undefined] as const)
        for (const line of [
          ['client-cert', 'x'],
          ['CLIENT-CERT-CHAIN', 'x'],
          ['x-forwarded-client-cert', ''],
        ] as [string, string][])
          expect(reasonOf(() => sourceOf(header)(from(peer, line)))).toBe('certificate_header_from_untrusted_peer');
      expect(sourceOf('rfc9440')(from(peer, ['x-forwarded-for', '10.0.0.1']))).toBeUndefined();
    },
  );

  it('is not read where the setting names another header, or none', () => {
    expect(sourceOf('xfcc')(from('10.0.0.1', ['client-cert', 'nonsense']))).toBeUndefined();
    expect(sourceOf()(from('10.0.0.1', ['client-cert', clientCert(leaf)]))).toBeUndefined();
  });

  it('is read from headers that a framework has joined', () => {
    const socket = { remoteAddress: '10.0.0.1' };
    expect(sourceOf('rfc9440')({ headers: { 'client-cert': clientCert(leaf) }, socket })).toMatchObject({ leaf: leaf.der });
    expect(reasonOf(() => sourceOf('rfc9440')({ headers: { 'client-cert': [clientCert(leaf), 'x'] }, socket }))).toBe(
      'certificate_header_repeated',
    );
  });

  it('proves its key to tokens that are bound to it', () => {
    const thumbprint = createHash('sha256').update(leaf.der).digest('base64url');
    expect(keysProvenBy(from('10.0.0.1', ['client-cert', clientCert(leaf)]), sourceOf('rfc9440'))).toEqual({ 'x5t#S256': thumbprint });
  });

  it('MTLS-9: TypeError for a setting that believes everybody, or nobody', () => {
    const everybody = ['0.0.0.0/0', '0.0.0.0/00', '::/0', '::ffff:0:0/96', '::ffff:0.0.0.0/96', '::ffff:8.8.8.8/80', '::/64'];
    for (const trustedProxies of [[], ...everybody.map((open) => ['10.0.0.0/8', open]), ['10.0.0.0/8/8'], ['everyone']])
      expect(() => forwardedCertificate({ header: 'rfc9440', trustedProxies }), trustedProxies.join()).toThrow(TypeError);
    for (const network of ['::ffff:10.0.0.0/104', '2001:db8::/32', '::1', '10.0.0.0/8'])
      expect(forwardedCertificate({ header: 'rfc9440', trustedProxies: [network] }), network).toBeTypeOf('function');
  });
});

describe('RFC 9440 §2', () => {
  const read = (...lines: [string, string][]): unknown => sourceOf('rfc9440')(from('10.0.0.1', ...lines));

  it('a chain is a list of byte sequences', () => {
    const chain = `${clientCert(root)} ,\t${clientCert(leaf)}`;
    expect(read(['client-cert', clientCert(leaf)], ['client-cert-chain', chain])).toEqual({ leaf: leaf.der, chain: [root.der, leaf.der] });
  });

  it.each<[string, () => [string, string][]]>([
    ['a chain without a certificate', () => [['client-cert-chain', clientCert(root)]]],
    [
      'a chain with an empty member',
      () => [
        ['client-cert', clientCert(leaf)],
        ['client-cert-chain', `${clientCert(root)},`],
      ],
    ],
    [
      'five in the chain',
      () => [
        ['client-cert', clientCert(leaf)],
        ['client-cert-chain', Array.from({ length: 5 }, () => clientCert(root)).join()],
      ],
    ],
    ['a parameter', () => [['client-cert', `${clientCert(leaf)};x`]]],
    ['base64url', () => [['client-cert', `:${leaf.der.toString('base64url')}_-:`]]],
    ['no padding', () => [['client-cert', ':AAA:']]],
    ['stray bits', () => [['client-cert', ':AB==:']]],
    ['a newline in it', () => [['client-cert', clientCert(leaf).replace('A', '\nA')]]],
    ['nothing', () => [['client-cert', '::']]],
  ])('400 for %s', (_, lines) => {
    expect(reasonOf(() => read(...lines()))).toBe('certificate_header_malformed');
  });
});

describe('X-Forwarded-Client-Cert of Envoy', () => {
  const read = (line: string): unknown => sourceOf('xfcc')(from('10.0.0.1', ['x-forwarded-client-cert', line]));
  const pem = (...all: MadeCertificate[]): string => encodeURIComponent(pemOf(...all));

  it('may hold Cert, Chain or both, and a Hash that fits', () => {
    const Hash = createHash('sha256').update(leaf.der).digest('hex');
    expect(read(`Hash=${Hash};Cert="${pem(leaf)}";DNS=a.example;DNS=b.example`)).toEqual({ leaf: leaf.der, chain: [] });
    expect(read(`Chain="${pem(leaf, root)}"`)).toEqual({ leaf: leaf.der, chain: [root.der] });
    expect(read(`Subject="CN=a\\"b,O=c;d=e";cert="${pem(leaf)}";chain="${pem(leaf, root)}"`)).toEqual({
      leaf: leaf.der,
      chain: [root.der],
    });
  });

  it.each<[string, () => string]>([
    ['two elements', () => `Cert="${pem(leaf)}",Cert="${pem(leaf)}"`],
    ['an element before it', () => `By=spiffe://x/y,Cert="${pem(leaf)}"`],
    ['two of Cert', () => `Cert="${pem(leaf)}";Cert="${pem(leaf)}"`],
    ['two certificates in Cert', () => `Cert="${pem(leaf, root)}"`],
    ['a Cert that is not the first of Chain', () => `Cert="${pem(leaf)}";Chain="${pem(root, leaf)}"`],
    ['a Hash of another', () => `Hash=${'ab'.repeat(32)};Cert="${pem(leaf)}"`],
    ['a description only', () => 'Hash=abc;URI=spiffe://x/y'],
    ['an empty Cert', () => 'Cert=""'],
    ['a comma that is not quoted', () => `Subject=CN=a,O=b;Cert="${pem(leaf)}"`],
    ['a quote that is not closed', () => `Cert="${pem(leaf)}`],
    ['text after the quote', () => `Cert="${pem(leaf)}"x`],
    ['a bad escape', () => 'Cert="%ZZ"'],
    ['another label', () => `Cert="${encodeURIComponent('-----BEGIN X-----\nAA==\n-----END X-----\n')}"`],
    ['nothing', () => ''],
  ])('400 for %s', (_, line) => {
    expect(reasonOf(() => read(line()))).toBe('certificate_header_malformed');
  });

  it('is read in time that grows with its length', () => {
    const started = Date.now();
    for (const line of [`Subject="${'\\a'.repeat(8_000)}`, 'a=;'.repeat(5_000), `a=${'b'.repeat(16_000)}"`]) reasonOf(() => read(line));
    expect(Date.now() - started).toBeLessThan(500);
  });
});
