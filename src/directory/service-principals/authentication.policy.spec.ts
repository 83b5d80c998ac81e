import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { changeAuthentication, SECRET_AUTHENTICATION, type Authentication, type AuthenticationChange } from './authentication.policy.js';
import { readPublicKeys } from '../credentials/index.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const RSA = rsa.publicKey.export({ format: 'jwk' });
const RSA_PRIVATE = rsa.privateKey.export({ format: 'jwk' });
const SMALL_RSA = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
const WEAK_RSA = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 }).publicKey.export({ format: 'jwk' });
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
const K1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey.export({ format: 'jwk' });
const ED = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' });
const X25519 = generateKeyPairSync('x25519').publicKey.export({ format: 'jwk' });

describe('public keys of a client', () => {
  it.each([
    ['RSA, P-256 and Ed25519', { keys: [RSA, EC, ED] }],
    ['with use, alg and kid', { keys: [{ ...EC, use: 'sig', alg: 'ES256', kid: '2026-11' }] }],
  ])('may be %s', (_, jwks) => {
    expect(readPublicKeys(jwks).mistakes).toEqual([]);
  });

  it.each([
    ['missing', {}],
    ['none', { keys: [] }],
    ['eleven', { keys: Array.from({ length: 11 }, () => EC) }],
    ['no objects', { keys: ['x'] }],
    ['private', { keys: [RSA_PRIVATE] }],
    ['symmetric', { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] }],
    ['RSA of 1024 bits', { keys: [SMALL_RSA] }],
    ['RSA with exponent 3', { keys: [WEAK_RSA] }],
    ['of another curve', { keys: [K1] }],
    ['for key agreement', { keys: [X25519] }],
    ['for encryption', { keys: [{ ...EC, use: 'enc' }] }],
    ['for HS256', { keys: [{ ...EC, alg: 'HS256' }] }],
    ['not on the curve', { keys: [{ ...EC, y: EC.x }] }],
    [
      'two with one kid',
      {
        keys: [
          { ...EC, kid: 'a' },
          { ...RSA, kid: 'a' },
        ],
      },
    ],
    ['with a kid that breaks lines', { keys: [{ ...EC, kid: 'a\nb' }] }],
  ])('may not be %s', (_, jwks) => {
    expect(readPublicKeys(jwks).mistakes).toHaveLength(1);
  });

  it('lose members that nobody uses', () => {
    expect(readPublicKeys({ keys: [{ ...EC, x5u: 'https://x.example', ext: true }] }).keys).toEqual({ keys: [EC] });
  });
});

describe('a change of authentication', () => {
  const SECRET: Authentication = SECRET_AUTHENTICATION;
  const KEYS: Authentication = { ...SECRET, authMethod: 'private_key_jwt', jwks: { keys: [{ kty: 'EC' }] }, jwksUri: null };
  const jwks = { keys: [EC] };

  it.each<[string, Authentication, AuthenticationChange, Partial<Authentication> | string]>([
    ['nothing', KEYS, {}, KEYS],
    ['to keys', SECRET, { auth_method: 'private_key_jwt', jwks }, { authMethod: 'private_key_jwt', jwks: { keys: [EC] }, jwksUri: null }],
    ['to keys without keys', SECRET, { auth_method: 'private_key_jwt' }, '/jwks'],
    ['to keys with both kinds', SECRET, { auth_method: 'private_key_jwt', jwks, jwks_uri: 'https://x.example' }, '/jwks'],
    ['to a secret drops the keys', KEYS, { auth_method: 'client_secret' }, SECRET],
    ['to a secret with keys', SECRET, { jwks }, '/jwks'],
    [
      'an address in place of keys',
      KEYS,
      { jwks_uri: 'https://x.example/jwks' },
      { authMethod: 'private_key_jwt', jwks: null, jwksUri: 'https://x.example/jwks' },
    ],
    ['keys taken away', KEYS, { jwks: null }, '/jwks'],
    ['an address without TLS', KEYS, { jwks_uri: 'http://x.example/jwks' }, '/jwks_uri'],
    ['an address with a user', KEYS, { jwks_uri: 'https://u:p@x.example/jwks' }, '/jwks_uri'],
  ])('%s', (_, present, change, outcome) => {
    const { authentication, mistakes } = changeAuthentication(present, change);
    if (typeof outcome === 'string') expect(mistakes.map((mistake) => mistake.location)).toEqual([outcome]);
    else expect({ authentication, mistakes }).toMatchObject({ authentication: outcome, mistakes: [] });
  });
});
