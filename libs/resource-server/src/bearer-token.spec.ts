import { describe, expect, it } from 'vitest';
import { extractBearerToken, peekBearerToken } from './bearer-token.js';

const withHeader = (authorization: string | undefined) => ({ headers: { authorization } });

describe('extractBearerToken', () => {
  it.each([
    ['Bearer abc.def-_~+/', 'abc.def-_~+/'],
    ['bearer abc', 'abc'],
    ['BEARER abc==', 'abc=='],
    ['Bearer   abc', 'abc'],
  ])('RS-1: reads %s', (authorization, token) => {
    expect(extractBearerToken(withHeader(authorization))).toBe(token);
  });

  it.each([undefined, 'Basic YTpi', 'DPoP abc', 'Bearerabc', 'Digest username="a"'])('RS-2: finds nothing in %s', (authorization) => {
    expect(extractBearerToken(withHeader(authorization))).toBeUndefined();
  });

  it.each([
    'Bearer',
    'Bearer ',
    'bearer',
    'Bearer a b',
    'Bearer a, Bearer b',
    'Bearer "a"',
    'Bearer a=b',
    'Bearer ä',
    'Bearer\tabc',
    'Bearer a,',
    'Bearer,',
    '',
    ' ',
    'Bearer ==',
  ])('RS-3: 400 for "%s"', (authorization) => {
    expect(() => extractBearerToken(withHeader(authorization))).toThrow(expect.objectContaining({ reason: 'malformed_authorization' }));
  });

  // Seen failing with headers read in place of rawHeaders: node keeps the first of two Authorization headers and drops the rest.
  it.each([
    [['Authorization', 'Bearer a', 'Host', 'x', 'authorization', 'Bearer b']],
    [['AUTHORIZATION', 'Bearer a', 'Authorization', 'Bearer a']],
  ])('RS-3: 400 for two Authorization headers', (rawHeaders) => {
    for (const read of [extractBearerToken, peekBearerToken]) {
      expect(() => read({ rawHeaders })).toThrow(expect.objectContaining({ reason: 'duplicate_authorization' }));
    }
  });

  it('RS-3: one Authorization header among others of its length is one', () => {
    const rawHeaders = ['AUTHORIZATION', 'Bearer a', 'Cache-Controls', 'x', 'accept-charse', 'authorization'];
    expect(extractBearerToken({ rawHeaders })).toBe('a');
    expect(extractBearerToken({ rawHeaders: ['Host', 'x'] })).toBeUndefined();
  });

  it('RS-3: 400 for a list of Authorization headers', () => {
    expect(() => extractBearerToken({ headers: { authorization: ['Bearer a'] } })).toThrow(
      expect.objectContaining({ reason: 'duplicate_authorization' }),
    );
  });

  it('RS-1: 400 for a token in the query, with or without a header', () => {
    for (const headers of [{}, { authorization: 'Bearer a' }]) {
      for (const read of [extractBearerToken, peekBearerToken]) {
        expect(() => read({ headers, query: { access_token: 'a' } })).toThrow(expect.objectContaining({ reason: 'token_in_query' }));
      }
    }
  });
});
