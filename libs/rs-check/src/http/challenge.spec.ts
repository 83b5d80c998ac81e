import { describe, expect, it } from 'vitest';
import { parseChallenges } from './challenge.js';

const read = (...lines: string[]) =>
  parseChallenges(lines).map(({ scheme, parameters, mistakes }) => ({ scheme, parameters: Object.fromEntries(parameters), mistakes }));

describe('RFC 9110 §11.6.1 reading WWW-Authenticate', () => {
  it('several challenges, in one line and in several', () => {
    const expected = [
      { scheme: 'bearer', parameters: { realm: 'a', error: 'invalid_token' }, mistakes: [] },
      { scheme: 'dpop', parameters: { algs: 'ES256 RS256' }, mistakes: [] },
    ];
    expect(read('Bearer realm="a", error="invalid_token", DPoP algs="ES256 RS256"')).toEqual(expected);
    expect(read('Bearer realm="a",error="invalid_token"', 'DPoP algs="ES256 RS256"')).toEqual(expected);
  });

  it('a scheme without parameters, and quotes and commas inside of quotes', () => {
    expect(read('Bearer')).toEqual([{ scheme: 'bearer', parameters: {}, mistakes: [] }]);
    expect(read('BEARER error_description="a, \\"b\\" = c"')[0]?.parameters).toEqual({ error_description: 'a, "b" = c' });
  });

  it.each([
    ['a parameter that stands twice', 'Bearer error="a", error="b"', 'error stands twice'],
    ['a value without quotes', 'Bearer error=invalid_token', 'error is not quoted'],
    ['a quote that does not end', 'Bearer error="invalid', 'the rest cannot be read'],
    ['parameters without a comma', 'Bearer realm="a" error="b"', 'the rest cannot be read'],
  ])('%s is a mistake', (_, line, mistake) => {
    expect(read(line)[0]?.mistakes).toEqual([mistake]);
  });

  it('max_age may be bare (RFC 9470 §3)', () => {
    expect(read('Bearer error="insufficient_user_authentication", max_age=300')[0]).toMatchObject({
      parameters: { max_age: '300' },
      mistakes: [],
    });
  });
});
