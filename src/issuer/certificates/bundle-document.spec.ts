import { beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, type MadeCertificate } from '../../../test/support/certificates.js';
import { InvalidBundle, readBundle, writeBundle } from './bundle-document.js';
import { readCertificate } from '../../platform/x509/index.js';

let authority: MadeCertificate;
let leaf: MadeCertificate;
beforeAll(async () => {
  authority = await makeCertificate({ ca: true });
  leaf = await makeCertificate();
});

const keyOf = ({ der }: MadeCertificate): object => ({ kty: 'EC', use: 'x509-svid', x5c: [der.toString('base64')] });

describe('a SPIFFE bundle', () => {
  it('that was written is read again', () => {
    const facts = readCertificate(authority.der);
    const text = JSON.stringify(writeBundle({ trustDomain: 'example.org', authorities: facts ? [facts] : [], sequence: 7 }));
    expect(JSON.parse(text)).toMatchObject({ spiffe_sequence: 7, keys: [{ kty: 'EC', crv: 'P-256', use: 'x509-svid' }] });
    const { authorities, sequence } = readBundle(text);
    expect(authorities.map(({ der }) => der)).toEqual([authority.der]);
    expect(sequence).toBe(7);
  });

  it('§4.2.2: keys for JWT-SVIDs and of unknown uses are passed over', () => {
    const keys = [{ kty: 'RSA', use: 'jwt-svid' }, keyOf(authority), { kty: 'EC', use: 'wit-svid' }, { kty: 'EC' }, null];
    expect(readBundle(JSON.stringify({ keys })).authorities).toHaveLength(1);
  });

  it.each<[string, () => unknown]>([
    ['that is no JSON', () => undefined],
    ['that is a list', () => []],
    ['without keys', () => ({})],
    ['without authorities', () => ({ keys: [{ kty: 'EC', use: 'jwt-svid' }] })],
    ['with a leaf as authority', () => ({ keys: [keyOf(leaf)] })],
    [
      'with two certificates in a key',
      () => ({ keys: [{ use: 'x509-svid', x5c: [authority, authority].map(({ der }) => der.toString('base64')) }] }),
    ],
    ['with a key without certificate', () => ({ keys: [{ use: 'x509-svid' }] })],
    ['with a certificate that cannot be read', () => ({ keys: [{ use: 'x509-svid', x5c: ['AAAA'] }] })],
    ['with a sequence in words', () => ({ spiffe_sequence: 'seven', keys: [keyOf(authority)] })],
  ])('%s is refused', (_, document) => {
    expect(() => readBundle(JSON.stringify(document()) ?? 'x')).toThrow(InvalidBundle);
  });
});
