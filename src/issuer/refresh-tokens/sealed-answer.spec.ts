import { describe, expect, it } from 'vitest';
import { mintRefreshToken, parseRefreshToken } from './refresh-token-format.js';
import { openAnswer, sealAnswer } from './sealed-answer.js';

const KEPT = {
  answer: { access_token: 'at', token_type: 'Bearer' as const, expires_in: 60, scope: 'a', refresh_token: 'next' },
  fingerprint: 'f',
};

describe('refresh tokens of a family', () => {
  it('carry its key, and differ', () => {
    const first = mintRefreshToken();
    const next = mintRefreshToken(first.key);
    expect(next.key).toBe(first.key);
    expect(next.text).not.toBe(first.text);
    expect(parseRefreshToken(next.text)).toEqual(next);
    expect(mintRefreshToken().key).not.toBe(first.key);
  });

  it.each(['', 'csn_rt_', 'csn_secret_abc', `csn_rt_${'0'.repeat(49)}`])('%j is none', (text) => {
    expect(parseRefreshToken(text)).toBeUndefined();
  });
});

describe('the kept answer to a refresh', () => {
  const token = mintRefreshToken();

  it('is opened by the token that was presented', () => {
    expect(openAnswer(token.text, 'family', sealAnswer(token.text, 'family', KEPT))).toEqual(KEPT);
  });

  it('holds nothing that can be read, and is never sealed twice alike', () => {
    const [one, other] = [sealAnswer(token.text, 'family', KEPT), sealAnswer(token.text, 'family', KEPT)];
    expect(one.equals(other)).toBe(false);
    expect(one.includes('next')).toBe(false);
  });

  it('is opened by no other token, not even of its family, and for no other family', () => {
    const sealed = sealAnswer(token.text, 'family', KEPT);
    expect(() => openAnswer(mintRefreshToken(token.key).text, 'family', sealed)).toThrow();
    expect(() => openAnswer(token.text, 'another', sealed)).toThrow();
    sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
    expect(() => openAnswer(token.text, 'family', sealed)).toThrow();
  });
});
