import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../../../test/support/certificates.js';
import { pemOf } from '../../../test/support/client-certificates.js';
import { changeAuthentication, SECRET_AUTHENTICATION, type Authentication, type AuthenticationChange } from './authentication.policy.js';
import { anchorIds, missingAnchors } from './certificate-authentication.policy.js';
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

describe('a certificate of its own', () => {
  const NAME = { type: 'dns', value: 'agent.example' } as const;
  let ca: string;
  let next: string;
  let certified: Authentication;
  beforeAll(async () => {
    [ca, next] = [pemOf(await makeCertificate({ ca: true })), pemOf(await makeCertificate({ ca: true }))];
    certified = { ...SECRET_AUTHENTICATION, authMethod: 'tls_client_auth', tlsClientAuthCa: ca, tlsClientAuthSan: NAME };
  });

  it('needs an authority and a name, and each can be changed alone', () => {
    const register = { auth_method: 'tls_client_auth', tls_client_auth_ca: ca, tls_client_auth_san: 'Agent.Example' };
    expect(changeAuthentication(SECRET_AUTHENTICATION, register)).toEqual({ authentication: certified, mistakes: [] });
    expect(changeAuthentication(certified, { tls_client_auth_ca: next }).authentication).toEqual({ ...certified, tlsClientAuthCa: next });
    expect(changeAuthentication(certified, {}).authentication).toEqual(certified);
    expect(changeAuthentication(certified, { auth_method: 'client_secret' })).toEqual({
      authentication: SECRET_AUTHENTICATION,
      mistakes: [],
    });
  });

  it.each<[string, AuthenticationChange, string[]]>([
    ['neither', { tls_client_auth_ca: null, tls_client_auth_san: null }, ['/tls_client_auth_ca', '/tls_client_auth_san']],
    ['two that are wrong', { tls_client_auth_ca: 'x', tls_client_auth_san: '*' }, ['/tls_client_auth_ca', '/tls_client_auth_san']],
    ['keys', { jwks: { keys: [EC] } }, ['/jwks']],
    ['none of it with its keys', { auth_method: 'self_signed_tls_client_auth' }, ['/jwks']],
  ])('refuses %s', (_, change, locations) => {
    expect(changeAuthentication(certified, change).mistakes.map(({ location }) => location)).toEqual(locations);
  });

  it('self_signed_tls_client_auth takes keys as private_key_jwt does, and keeps them in a change of one to the other', () => {
    const KEYS: Authentication = { ...SECRET_AUTHENTICATION, authMethod: 'private_key_jwt', jwks: { keys: [EC] } };
    const changed = changeAuthentication(KEYS, { auth_method: 'self_signed_tls_client_auth' });
    expect(changed).toEqual({ authentication: { ...KEYS, authMethod: 'self_signed_tls_client_auth' }, mistakes: [] });
  });

  it('an anchor that goes is named by its fingerprint', () => {
    expect(missingAnchors(ca + next, next)).toEqual(anchorIds(ca));
    expect(missingAnchors(ca, ca + next)).toEqual([]);
    expect(missingAnchors(ca, null)).toEqual(anchorIds(ca));
    expect(anchorIds(ca)).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
  });
});
