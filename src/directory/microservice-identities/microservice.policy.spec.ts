import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { changeCredentials, isSpiffeId, type CredentialsChange, type MicroserviceCredentials } from './microservice.policy.js';

const KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' });
const JWKS = { keys: [KEY] };
const URI = 'https://billing.example.com/jwks.json';
const byKey: MicroserviceCredentials = { authMethod: 'private_key_jwt', jwks: JWKS as never, jwksUri: null };
const byCertificate: MicroserviceCredentials = { authMethod: 'tls_client_auth', jwks: null, jwksUri: null };

describe('how a microservice authenticates', () => {
  it.each<[string, MicroserviceCredentials, CredentialsChange, MicroserviceCredentials]>([
    ['keys that are not named stay', byKey, {}, byKey],
    ['an address takes the place of keys', byKey, { jwks_uri: URI }, { ...byKey, jwks: null, jwksUri: URI }],
    ['keys take the place of an address', { ...byKey, jwks: null, jwksUri: URI }, { jwks: JWKS }, byKey],
    ['a certificate takes the place of keys', byKey, { auth_method: 'tls_client_auth' }, byCertificate],
    ['keys take the place of a certificate', byCertificate, { auth_method: 'private_key_jwt', jwks: JWKS }, byKey],
  ])('%s', (_, present, change, expected) => {
    expect(changeCredentials(present, change)).toEqual({ credentials: expected, mistakes: [] });
  });

  it.each<[string, MicroserviceCredentials, CredentialsChange, string]>([
    ['no keys', byCertificate, { auth_method: 'private_key_jwt' }, '/jwks'],
    ['keys and an address', byKey, { jwks: JWKS, jwks_uri: URI }, '/jwks'],
    ['keys beside a certificate', byCertificate, { jwks: JWKS }, '/jwks'],
    ['an address without TLS', byKey, { jwks_uri: 'http://billing.example.com/jwks.json' }, '/jwks_uri'],
    ['a private key', byKey, { jwks: { keys: [{ ...KEY, d: 'x' }] } }, '/jwks/keys/0'],
  ])('422 for %s', (_, present, change, location) => {
    expect(changeCredentials(present, change).mistakes.map((mistake) => mistake.location)).toEqual([location]);
  });
});

describe('SPIFFE-ID §2: a SPIFFE id', () => {
  it.each(['spiffe://example.org/billing', 'spiffe://prod.acme/ns/a/sa/b_1.x'])('is %s', (id) => {
    expect(isSpiffeId(id)).toBe(true);
  });
  it.each([
    'spiffe://example.org',
    'spiffe://example.org/',
    'spiffe://example.org/billing/',
    'spiffe://example.org//billing',
    'spiffe://example.org/../billing',
    'spiffe://example.org/./billing',
    'spiffe://Example.org/billing',
    'spiffe://example.org:8443/billing',
    'spiffe://me@example.org/billing',
    'spiffe://example.org/billing?x=1',
    'spiffe://example.org/billing#x',
    'spiffe://example.org/bill%69ng',
    'https://example.org/billing',
    `spiffe://example.org/${'a'.repeat(2048)}`,
  ])('is not %s', (id) => {
    expect(isSpiffeId(id)).toBe(false);
  });
});
