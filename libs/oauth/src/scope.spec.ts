import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OAuthError } from './errors.js';
import { formatScope, isScopeToken, parseScope, scopesOutside } from './scope.js';

const token = fc.stringMatching(/^[\x21\x23-\x5B\x5D-\x7E]{1,20}$/);
const scopes = fc.uniqueArray(token, { minLength: 1, maxLength: 20 });

describe('RFC 6749 §3.3 scope', () => {
  it('what was written is read again, in its order', () => {
    fc.assert(fc.property(scopes, (list) => void expect(parseScope(formatScope(list))).toEqual(list)));
  });

  it('a value that is repeated counts once', () => {
    expect(parseScope('b a b a')).toEqual(['b', 'a']);
  });

  it.each([
    ['two spaces', 'a  b'],
    ['a space before', ' a'],
    ['a space behind', 'a '],
    ['a space alone', ' '],
    ['nothing', ''],
    ['a tab', 'a\tb'],
    ['a line break', 'a\nb'],
    ['a quote', 'a"b'],
    ['a backslash', 'a\\b'],
    ['a control character', 'a\u0000'],
    ['another script', 'lesen:données'],
    ['no-break space', 'a\u00a0b'],
    ['129 values', Array.from({ length: 129 }, (_, i) => `s${i}`).join(' ')],
    ['4097 characters', 'a'.repeat(4_097)],
  ])('invalid_scope for %s', (_, text) => {
    expect(() => parseScope(text)).toThrow(OAuthError);
    expect(() => parseScope(text)).toThrow(expect.objectContaining({ code: 'invalid_scope', status: 400 }) as Error);
  });

  it('128 values and 4096 characters are taken', () => {
    expect(parseScope(Array.from({ length: 128 }, (_, i) => `s${i}`).join(' '))).toHaveLength(128);
    expect(parseScope('a'.repeat(4_096))).toHaveLength(1);
  });

  it('any text either is a list of scope tokens or is refused as invalid_scope, never anything else', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        try {
          expect(parseScope(text).every(isScopeToken)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_scope' });
        }
      }),
    );
  });
});

describe('scopesOutside', () => {
  it('names what is not held, in the order asked, and nothing of what is', () => {
    expect(scopesOutside(['c', 'a', 'x'], ['a', 'b'])).toEqual(['c', 'x']);
    expect(scopesOutside(['a'], new Set(['a']))).toEqual([]);
    expect(scopesOutside([], [])).toEqual([]);
  });

  it('compares whole names and the case of letters', () => {
    expect(scopesOutside(['read', 'Read:x', 'read:x:y'], ['read:x'])).toEqual(['read', 'Read:x', 'read:x:y']);
  });

  it('is empty exactly when everything asked is held', () => {
    fc.assert(
      fc.property(
        scopes,
        scopes,
        (asked, held) => void expect(scopesOutside(asked, held).length === 0).toBe(asked.every((scope) => held.includes(scope))),
      ),
    );
  });
});
