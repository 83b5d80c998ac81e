import { describe, expect, it } from 'vitest';
import { fingerprintOf, type AppLooks } from './fingerprint.policy.js';

const LOOKS: AppLooks = {
  name: 'Charts',
  authMethod: 'private_key_jwt',
  jwks: { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'a', kid: '1' }] },
  jwksUri: null,
  redirectUris: ['https://charts.example/a', 'https://charts.example/b'],
};

describe('attack 31: the fingerprint of an app that describes itself', () => {
  it.each<[string, Partial<AppLooks>]>([
    ['the name', { name: 'Chart' }],
    ['the method', { authMethod: 'none' }],
    ['a key', { jwks: { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'b', kid: '1' }] } }],
    ['one key more', { jwks: { keys: [...(LOOKS.jwks?.keys ?? []), { kty: 'OKP', crv: 'Ed25519', x: 'b' }] } }],
    ['no keys', { jwks: null }],
    ['the address of the keys', { jwksUri: 'https://charts.example/jwks' }],
    ['a redirect URI', { redirectUris: ['https://charts.example/a', 'https://evil.example/b'] }],
    ['one redirect URI less', { redirectUris: ['https://charts.example/a'] }],
  ])('is another one with %s', (_, change) => {
    expect(fingerprintOf({ ...LOOKS, ...change })).not.toBe(fingerprintOf(LOOKS));
  });

  it('is the same in another order, as a database gives it back', () => {
    const reordered = { keys: [{ x: 'a', kid: '1', crv: 'Ed25519', kty: 'OKP' }] };
    expect(fingerprintOf({ ...LOOKS, jwks: reordered, redirectUris: [...LOOKS.redirectUris].reverse() })).toBe(fingerprintOf(LOOKS));
  });
});
