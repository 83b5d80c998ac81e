import { describe, expect, it } from 'vitest';
import { isOfAnotherKind } from './other-kinds.policy.js';

const jwt = (header: object): string => `${Buffer.from(JSON.stringify(header)).toString('base64url')}.e30.c2ln`;

describe('RFC 7009 §2.2.1 what cannot be revoked at the endpoint', () => {
  it.each([
    ['an id token', jwt({ alg: 'RS256', typ: 'JWT' }), true],
    ['a JWT without a type', jwt({ alg: 'RS256' }), true],
    ['a signed introspection answer', jwt({ alg: 'RS256', typ: 'token-introspection+jwt' }), true],
    ['an API key', 'csn_key_live_abc', true],
    ['a client secret', 'csn_secret_abc', true],
    ['an access token', jwt({ alg: 'RS256', typ: 'at+jwt' }), false],
    ['an access token with the full media type', jwt({ alg: 'RS256', typ: 'application/AT+JWT' }), false],
    ['garbage', 'garbage', false],
    ['garbage with dots', 'a.b.c', false],
    ['a header that is no object', `${Buffer.from('7').toString('base64url')}.e30.c2ln`, false],
  ])('%s', (_, token, expected) => {
    expect(isOfAnotherKind(token)).toBe(expected);
  });
});
