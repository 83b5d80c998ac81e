import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  changeCredentials,
  isWorkloadId,
  mistakesOfSpiffeId,
  type CredentialsChange,
  type MicroserviceCredentials,
} from './microservice.policy.js';

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

describe('the SPIFFE id of a microservice', () => {
  it.each([
    ['spiffe://example.org/billing', true],
    ['spiffe://prod.acme/ns/a/sa/b_1.x', true],
    ['spiffe://example.org', false],
    ['spiffe://example.org/', false],
    ['https://example.org/billing', false],
  ])('names a workload: %s, %s', (id, isOne) => {
    expect(isWorkloadId(id)).toBe(isOne);
  });

  it.each([
    ['none', null, 0],
    ['its own', 'spiffe://example.org/billing', 0],
    ['that of another service, or of one to come', 'spiffe://example.org/export', 1],
    ['a longer path', 'spiffe://example.org/ns/prod/sa/export', 0],
    ['one of another trust domain', 'spiffe://spire.example/export', 0],
  ])('of billing may be %s: %d mistakes', (_, id, mistakes) => {
    expect(mistakesOfSpiffeId(id, 'billing', 'example.org').map(({ location }) => location)).toEqual(Array(mistakes).fill('/spiffe_id'));
  });
});
