import { describe, expect, it } from 'vitest';
import {
  changeAppAuthentication,
  firstAuthentication,
  type AppAuthenticationChange,
  type ClientType,
} from './app-authentication.policy.js';

const JWKS = {
  keys: [{ kty: 'EC', crv: 'P-256', x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU', y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0' }],
};

function after(clientType: ClientType, change: AppAuthenticationChange): ReturnType<typeof changeAppAuthentication> {
  return changeAppAuthentication(firstAuthentication(clientType), change);
}

describe('how an app may prove who it is', () => {
  const rows: [string, ClientType, AppAuthenticationChange, string | undefined][] = [
    ['a public one: not at all', 'public', {}, undefined],
    ['a confidential one: by a secret, unless it says otherwise', 'confidential', {}, undefined],
    ['by a key', 'confidential', { auth_method: 'private_key_jwt', jwks: JWKS }, undefined],
    ['by a key at an address', 'confidential', { auth_method: 'private_key_jwt', jwks_uri: 'https://app.example.com/jwks' }, undefined],
    ['a public one with a secret', 'public', { auth_method: 'client_secret' }, '/auth_method'],
    ['a public one with a key', 'public', { auth_method: 'private_key_jwt', jwks: JWKS }, '/auth_method'],
    ['a confidential one without proof', 'confidential', { auth_method: 'none' }, '/auth_method'],
    ['a key method without keys', 'confidential', { auth_method: 'private_key_jwt' }, '/jwks'],
    [
      'a key method with two sources',
      'confidential',
      { auth_method: 'private_key_jwt', jwks: JWKS, jwks_uri: 'https://app.example.com/jwks' },
      '/jwks',
    ],
    [
      'keys at an address without TLS',
      'confidential',
      { auth_method: 'private_key_jwt', jwks_uri: 'http://app.example.com/jwks' },
      '/jwks_uri',
    ],
    ['a secret method with keys', 'confidential', { jwks: JWKS }, '/jwks'],
    ['no key at all in the set', 'confidential', { auth_method: 'private_key_jwt', jwks: { keys: [] } }, '/jwks/keys'],
  ];
  it.each(rows)('%s', (_, clientType, change, location) => {
    expect(after(clientType, change).mistakes[0]?.location).toBe(location);
  });

  it('a method without keys drops those that were registered', () => {
    const { authentication } = after('confidential', { auth_method: 'private_key_jwt', jwks: JWKS });
    expect(changeAppAuthentication(authentication, { auth_method: 'client_secret' }).authentication).toEqual(
      firstAuthentication('confidential'),
    );
  });

  it('an address takes the place of keys', () => {
    const { authentication } = after('confidential', { auth_method: 'private_key_jwt', jwks: JWKS });
    const changed = changeAppAuthentication(authentication, { jwks_uri: 'https://app.example.com/jwks' });
    expect(changed).toMatchObject({ authentication: { jwks: null, jwksUri: 'https://app.example.com/jwks' }, mistakes: [] });
  });
});
