import { describe, expect, it } from 'vitest';
import { wantsSignedAnswer } from './accepted-form.policy.js';

describe('RFC 9701 §4: the form of an introspection answer', () => {
  it.each([
    ['nothing', undefined, false],
    ['anything', '*/*', false],
    ['JSON', 'application/json', false],
    ['the signed form', 'application/token-introspection+jwt', true],
    ['it in other letters', 'Application/Token-Introspection+JWT', true],
    ['both alike', 'application/json, application/token-introspection+jwt', true],
    ['the signed form rather', 'application/json;q=0.5, application/token-introspection+jwt; q=0.9', true],
    ['JSON rather', 'application/token-introspection+jwt;q=0.5, application/json', false],
    ['anything but the signed form', 'application/token-introspection+jwt;q=0, */*', false],
    ['another JWT', 'application/jwt', false],
  ])('asked for %s', (_, accept, signed) => {
    expect(wantsSignedAnswer(accept)).toBe(signed);
  });
});
