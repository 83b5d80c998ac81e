import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bearerChallenge } from './bearer-challenge.js';

const METADATA = 'https://api.example/.well-known/oauth-protected-resource/analytics';
const SYNTAX = /^Bearer(?: [a-z_]+="[\x20\x21\x23-\x5B\x5D-\x7E]*"(?:, [a-z_]+="[\x20\x21\x23-\x5B\x5D-\x7E]*")*)?$/;

describe('bearerChallenge', () => {
  it('RFC 6750 §3: without anything is the bare scheme', () => {
    expect(bearerChallenge({})).toBe('Bearer');
  });

  it('RFC 6750 §3: quotes every attribute, each once', () => {
    expect(bearerChallenge({ error: 'insufficient_scope', description: 'More.', scopes: ['a', 'b'], resourceMetadata: METADATA })).toBe(
      `Bearer error="insufficient_scope", error_description="More.", scope="a b", resource_metadata="${METADATA}"`,
    );
  });

  it('RFC 9728 §5.1: a challenge without credentials has no error', () => {
    expect(bearerChallenge({ scopes: ['a'], resourceMetadata: METADATA })).toBe(`Bearer scope="a", resource_metadata="${METADATA}"`);
  });

  it('HTTP-9: no description can leave its quotes or its line', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('"', '\\', '\r\nSet-Cookie: a=b', '😀', '\0'));
    fc.assert(
      fc.property(anything, (description) => {
        expect(bearerChallenge({ error: 'invalid_token', description })).toMatch(SYNTAX);
      }),
    );
  });

  it.each(['a"b', 'a b', 'a\r\n', '', 'ä'])('RFC 6749 §3.3: refuses the scope "%s"', (scope) => {
    expect(() => bearerChallenge({ scopes: [scope] })).toThrow(TypeError);
  });

  it.each(['https://x/"', 'https://x/\r\n', '', 'https://x/ y'])('refuses "%s" as metadata URL', (resourceMetadata) => {
    expect(() => bearerChallenge({ resourceMetadata })).toThrow(TypeError);
  });
});
