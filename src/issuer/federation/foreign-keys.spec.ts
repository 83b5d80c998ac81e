import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { InvalidJwks } from '@countersign/resource-server';
import { importForeignKeys } from './foreign-keys.js';

let rsa: JWK;
let ec: JWK;
let ed: JWK;
beforeAll(async () => {
  const make = async (alg: string): Promise<JWK> => exportJWK((await generateKeyPair(alg, { extractable: true })).publicKey);
  [rsa, ec, ed] = [await make('RS256'), await make('ES384'), await make('Ed25519')];
});

const algsOf = async (jwk: object): Promise<readonly string[] | undefined> =>
  (await importForeignKeys({ keys: [jwk, { ...rsa, kid: 'other' }] })).get('k')?.algs;

describe('importForeignKeys', () => {
  it('RFC 8725 §3.1: binds a key to one algorithm, told by the key where it names none', async () => {
    expect(await algsOf({ ...rsa, kid: 'k' })).toEqual(['RS256']);
    expect(await algsOf({ ...rsa, kid: 'k', alg: 'PS256' })).toEqual(['PS256']);
    expect(await algsOf({ ...ec, kid: 'k' })).toEqual(['ES384']);
    expect(await algsOf({ ...ed, kid: 'k', alg: 'EdDSA' })).toEqual(['EdDSA', 'Ed25519']);
    expect(await algsOf({ ...rsa, kid: 'k', use: 'jwt-svid' })).toEqual(['RS256']);
  });

  it('leaves out what it cannot use and keeps the rest', async () => {
    for (const jwk of [
      rsa,
      { ...rsa, kid: '' },
      { ...rsa, kid: 'k', use: 'enc' },
      { ...rsa, kid: 'k', alg: 'RS1' },
      { ...ec, kid: 'k', alg: 'ES256' },
      { ...ec, kid: 'k', crv: 'secp256k1' },
      { ...rsa, kid: 'k', n: 'AQAB' },
      { kty: 'constructor', kid: 'k' },
      { ...rsa, kid: 'k', use: 'x509-svid' },
    ])
      expect(await algsOf(jwk)).toBeUndefined();
  });

  it.each<[string, () => unknown]>([
    ['no set', () => []],
    ['no keys', () => ({ keys: [] })],
    ['keys that are none', () => ({ keys: ['x'] })],
    ['nothing usable', () => ({ keys: [{ ...rsa, use: 'enc', kid: 'k' }] })],
    [
      'a private member (JOSE-12)',
      () => ({
        keys: [
          { ...rsa, kid: 'k' },
          { ...ec, kid: 'l', d: 'x' },
        ],
      }),
    ],
    [
      'a symmetric key',
      () => ({
        keys: [
          { ...rsa, kid: 'k' },
          { kty: 'oct', k: 'x' },
        ],
      }),
    ],
    ['more than a hundred', () => ({ keys: Array.from({ length: 101 }, (_, i) => ({ ...rsa, kid: String(i) })) })],
  ])('throws on %s', async (_, document) => {
    await expect(importForeignKeys(document())).rejects.toThrow(InvalidJwks);
  });
});
