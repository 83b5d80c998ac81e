import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { testIssuer, type TestIssuer } from '@countersign/testing';
import { importJwks } from './jwk-set.js';
import { LocalJwks } from './local-jwks.js';

describe('importJwks', () => {
  let issuer: TestIssuer;
  let rsa: Record<string, unknown>;

  beforeAll(async () => {
    issuer = await testIssuer();
    rsa = { ...issuer.jwks.keys[0] };
  });

  it('RFC 7517 §5: gives the usable keys by id, each with its one algorithm', async () => {
    const ec = await testIssuer({ alg: 'ES256' });
    const keys = await importJwks({ keys: [rsa, ...ec.jwks.keys] });
    expect([...keys.values()].map(({ kid, alg }) => [kid, alg])).toEqual([
      [issuer.kid, 'RS256'],
      [ec.kid, 'ES256'],
    ]);
  });

  it.each<[string, Record<string, unknown>]>([
    ['no alg', { alg: undefined }],
    ['a symmetric alg', { alg: 'HS256' }],
    ['alg none', { alg: 'none' }],
    ['an alg of another key type', { alg: 'ES256' }],
    ['use enc', { use: 'enc' }],
    ['no kid', { kid: undefined }],
    ['an empty kid', { kid: '' }],
    ['a kid that is a number', { kid: 1 }],
    ['a kid of 300 characters', { kid: 'k'.repeat(300) }],
    ['a tiny modulus', { n: generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' }).n }],
    ['a broken modulus', { n: '!' }],
  ])('JOSE-2: ignores a key with %s and keeps the others', async (_, members) => {
    const keys = await importJwks({ keys: [{ ...rsa, kid: 'odd', ...members }, rsa] });
    expect([...keys.keys()]).toEqual([issuer.kid]);
  });

  it('attack 15: ignores a point that is not on the curve', async () => {
    const zero = Buffer.alloc(32, 1).toString('base64url');
    const keys = await importJwks({ keys: [{ kty: 'EC', crv: 'P-256', x: zero, y: zero, kid: 'off', alg: 'ES256' }, rsa] });
    expect([...keys.keys()]).toEqual([issuer.kid]);
  });

  it.each<[string, unknown]>([
    ['private RSA members', { keys: [{ kty: 'RSA', kid: 'x', alg: 'RS256', n: 'AQAB', e: 'AQAB', d: 'AQAB' }] }],
    ['a symmetric key', { keys: [{ kty: 'oct', kid: 'x', alg: 'HS256', k: 'AAAA' }] }],
    ['no usable key', { keys: [{ kty: 'RSA', kid: 'x' }] }],
    ['no keys', { keys: [] }],
    ['101 keys', { keys: Array.from({ length: 101 }, () => ({})) }],
    ['something else', { jwks: [] }],
    ['a list', []],
    ['null', null],
    ['a key that is text', { keys: ['x'] }],
  ])('attack 14: refuses a set with %s', async (_, document) => {
    await expect(importJwks(document)).rejects.toThrow('JWK set');
  });

  it('attack 14: one private key refuses the whole set', async () => {
    await expect(importJwks({ keys: [rsa, { kty: 'EC', d: 'x' }] })).rejects.toThrow('private');
  });
});

describe('LocalJwks', () => {
  it('trusts the keys of the last replace, and of no earlier one', async () => {
    const [a, b] = await Promise.all([testIssuer(), testIssuer({ alg: 'ES256' })]);
    const source = await LocalJwks.from(a.jwks);
    await Promise.all([source.replace(a.jwks), source.replace(b.jwks)]);
    expect([source.isTrusted(a.kid), source.isTrusted(b.kid)]).toEqual([false, true]);
    await expect(source.replace({ keys: [] })).rejects.toThrow('no key');
    expect(source.isTrusted(b.kid)).toBe(true);
  });
});
