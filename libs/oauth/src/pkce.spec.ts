import { describe, expect, it } from 'vitest';
import { codeChallengeOf, isCodeChallenge, isCodeVerifier, verifiesChallenge } from './pkce.js';

// RFC 7636 Appendix B.
const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';

describe('RFC 7636 §4.2 the challenge', () => {
  it('is that of Appendix B', () => {
    expect(codeChallengeOf(VERIFIER)).toBe(CHALLENGE);
  });

  it.each([
    ['43 characters', CHALLENGE, true],
    ['42 characters', CHALLENGE.slice(1), false],
    ['44 characters', `${CHALLENGE}A`, false],
    ['padding', `${CHALLENGE.slice(1)}=`, false],
    ['characters of base64', `${CHALLENGE.slice(1)}+`, false],
    ['a line end', `${CHALLENGE}\n`, false],
  ])('%s', (_, text, accepted) => {
    expect(isCodeChallenge(text)).toBe(accepted);
  });
});

describe('RFC 7636 §4.1 the verifier', () => {
  it.each([
    ['43 unreserved characters', VERIFIER, true],
    ['128', 'a.~_-'.repeat(25) + 'abc', true],
    ['129', 'a'.repeat(129), false],
    ['42', VERIFIER.slice(1), false],
    ['a space', ` ${VERIFIER}`, false],
    ['a line end', `${VERIFIER}\n`, false],
    ['other letters', `${VERIFIER.slice(1)}é`, false],
  ])('%s', (_, text, accepted) => {
    expect(isCodeVerifier(text)).toBe(accepted);
  });
});

describe('RFC 7636 §4.6 verification', () => {
  it.each([
    ['the right verifier', VERIFIER, true],
    ['another one', 'a'.repeat(43), false],
    ['the challenge itself, as with plain', CHALLENGE, false],
  ])('%s', (_, verifier, accepted) => {
    expect(verifiesChallenge(verifier, CHALLENGE)).toBe(accepted);
  });

  it('a challenge of another length is no error', () => {
    expect(verifiesChallenge(VERIFIER, 'short')).toBe(false);
  });
});
