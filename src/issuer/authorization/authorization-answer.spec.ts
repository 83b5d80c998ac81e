import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FormParameters, OAuthError } from '@countersign/oauth';
import { codeAnswer, errorAnswer, stateOf } from './authorization-answer.js';

const ADDRESS = { redirectUri: 'https://app.example/cb', state: 's', issuer: 'https://as.example' };

describe('AZ-10…12 the answer to an app', () => {
  it('holds code, state and issuer', () => {
    expect(codeAnswer(ADDRESS, 'c')).toBe('https://app.example/cb?code=c&state=s&iss=https%3A%2F%2Fas.example');
  });

  it('holds the error, its words, state and issuer', () => {
    const query = new URL(errorAnswer(ADDRESS, new OAuthError('invalid_scope', 'No.'))).searchParams;
    expect(Object.fromEntries(query)).toEqual({ error: 'invalid_scope', error_description: 'No.', state: 's', iss: 'https://as.example' });
  });

  it.each([
    ['https://app.example/cb?a=1', 'https://app.example/cb?a=1&code=c'],
    ['https://app.example/cb?', 'https://app.example/cb?code=c'],
    ['com.example.app:/cb', 'com.example.app:/cb?code=c'],
    ['http://127.0.0.1:4711/cb', 'http://127.0.0.1:4711/cb?code=c'],
  ])('%s keeps what it has', (redirectUri, start) => {
    expect(codeAnswer({ ...ADDRESS, redirectUri, state: undefined }, 'c')).toBe(`${start}&iss=https%3A%2F%2Fas.example`);
  });

  it('attack 26: whatever the state is, it comes back as it was and breaks no line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (state) => {
        const answer = codeAnswer({ ...ADDRESS, state }, 'c');
        expect(answer).toMatch(/^[\x21-\x7E]+$/);
        expect(new URL(answer).searchParams.get('state')).toBe(state);
        expect(new URL(answer).origin).toBe('https://app.example');
      }),
    );
  });
});

describe('the state of a request', () => {
  it.each([
    ['one', 'state=a', 'a'],
    ['none', '', undefined],
    ['two', 'state=a&state=a', undefined],
    ['one of 2048 bytes', `state=${'a'.repeat(2_048)}`, 'a'.repeat(2_048)],
    ['a longer one', `state=${'a'.repeat(2_049)}`, undefined],
  ])('%s', (_, query, state) => {
    expect(stateOf(FormParameters.parse(query))).toBe(state);
  });
});
