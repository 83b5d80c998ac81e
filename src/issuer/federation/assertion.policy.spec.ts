import { describe, expect, it } from 'vitest';
import { AssertionRefused, type Condition } from './assertion-refused.js';
import { checkClaims, checkHeader } from './assertion.policy.js';
import { isForeign, readAssertion, type UnverifiedAssertion } from './unverified-assertion.js';

const NOW = 1_800_000_000;
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const jwt = (header: unknown, claims: unknown): string => `${encode(header)}.${encode(claims)}.c2ln`;
const header = (changes: object): UnverifiedAssertion => readAssertion(jwt({ alg: 'RS256', kid: 'k', ...changes }, {}));

function conditionOf(work: () => unknown): Condition | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof AssertionRefused) return error.condition;
    throw error;
  }
}

describe('readAssertion', () => {
  it.each([
    '',
    'x',
    'a.b',
    'a.b.',
    `${jwt({}, {})}.e`,
    'a.b.c',
    `{"payload":"x"}`,
    jwt([], {}),
    jwt({ alg: 'none' }, 7),
    `${'x'.repeat(16_384)}.b.c`,
  ])('JOSE-6 refuses %s', (text) => {
    expect(conditionOf(() => readAssertion(text))).toBe('readable');
  });

  it('knows the sole audience, and none where there are several', () => {
    const audience = (aud: unknown): string | undefined => readAssertion(jwt({ alg: 'RS256' }, { aud })).audience;
    expect([audience('a'), audience(['a']), audience(['a', 'b']), audience([]), audience({}), audience(undefined)]).toEqual([
      'a',
      'a',
      ...Array.from({ length: 4 }, () => undefined),
    ]);
  });

  it.each<[boolean, object]>([
    [true, { iss: 'https://ci.example.com', sub: 'x' }],
    [true, { sub: 'spiffe://example.org/web' }],
    [false, { iss: 'sp_01', sub: 'sp_01' }],
    [false, { iss: 'sp_01', sub: 'sp_02' }],
    [false, { iss: 'https://client.example', sub: 'https://client.example' }],
    [false, { sub: 'https://client.example' }],
    [false, { iss: 7, sub: 'spiffe://example.org/web' }],
    [false, {}],
  ])('is foreign: %s for %j', (foreign, claims) => {
    expect(isForeign(jwt({ alg: 'RS256' }, claims))).toBe(foreign);
  });
});

describe('checkHeader', () => {
  it.each([{}, { typ: 'JWT' }, { typ: 'jwt' }, { typ: 'JOSE' }, { typ: 'application/client-authentication+jwt' }, { x5t: 'x' }])(
    'takes %j',
    (changes) => {
      expect(checkHeader(header(changes))).toEqual({ kid: 'k', alg: 'RS256' });
    },
  );

  it.each<[Condition, object]>([
    ...['at+jwt', 'dpop+jwt', 'oauth-id-jag+jwt', 'logout+jwt', 'secevent+jwt', 'oauth-authz-req+jwt', 'wit+jwt', '', 7].map(
      (typ): [Condition, object] => ['type', { typ }],
    ),
    ...['crit', 'b64', 'zip', 'enc', 'jku', 'x5u'].map((member): [Condition, object] => ['type', { [member]: 'x' }]),
    ...['none', 'nOnE', 'HS256', 'RS1', 'rs256', 'ES256K', undefined].map((alg): [Condition, object] => ['algorithm', { alg }]),
    ...['', 'k'.repeat(257), 7, undefined].map((kid): [Condition, object] => ['key', { kid }]),
  ])('refuses for its %s %j', (condition, changes) => {
    expect(conditionOf(() => checkHeader(header(changes)))).toBe(condition);
  });
});

describe('RFC 7523 §3 checkClaims', () => {
  const claims = { exp: NOW + 300, iat: NOW, nbf: NOW, sub: 'x', jti: 'j' };
  const check = (changes: object): Condition | undefined => conditionOf(() => checkClaims({ ...claims, ...changes }, 3600, NOW));

  it.each([
    {},
    { iat: undefined },
    { nbf: undefined },
    { jti: undefined },
    { exp: NOW - 9 },
    { iat: NOW + 9 },
    { nbf: NOW + 9.5 },
    { exp: NOW + 3600 },
  ])('takes %j', (changes) => {
    expect(check(changes)).toBeUndefined();
  });

  it.each<[Condition, object]>([
    ['expired', { exp: undefined }],
    ['expired', { exp: NOW - 10 }],
    ['expired', { exp: String(NOW + 300) }],
    ['expired', { exp: 2 ** 60 }],
    ['expired', { exp: -1 }],
    ['not_yet_valid', { nbf: NOW + 11 }],
    ['not_yet_valid', { nbf: 'soon' }],
    ['issued_at', { iat: NOW + 11 }],
    ['issued_at', { iat: null }],
    ['lifetime', { exp: NOW + 3611 }],
    ['lifetime', { iat: NOW - 3400 }],
    ['lifetime', { iat: undefined, exp: NOW + 3611 }],
    ['subject', { sub: undefined }],
    ['subject', { sub: '' }],
    ['subject', { sub: 7 }],
    ['jti', { jti: '' }],
    ['jti', { jti: 7 }],
    ['jti', { jti: 'j'.repeat(257) }],
  ])('refuses for its %s %j', (condition, changes) => {
    expect(check(changes)).toBe(condition);
  });
});
