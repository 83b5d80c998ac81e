import { describe, expect, it } from 'vitest';
import { mistakeInPassword, normalizePassword } from './password.policy.js';

const OF_ADA = { email: 'ada@example.com' };

describe('mistakeInPassword', () => {
  it.each(['correct horse battery', 'twelve chars', 'пароль из слов', '🔑🗝🚪🏠🌙⭐🔥🌊🍀🎲🎯🎹', 'a'.repeat(252) + 'bcde'])(
    'accepts %j',
    (password) => expect(mistakeInPassword(password, OF_ADA)).toBeUndefined(),
  );

  it.each([
    ['', /shorter than 12/],
    ['elevenchars', /shorter than 12/],
    ['🔑'.repeat(11), /shorter than 12/],
    ['abcdefgh'.repeat(33), /longer than 256/],
    ['aaaaaaaaaaaaaaaa', /same few/],
    ['121212121212121212', /same few/],
    ['my Ada@Example.com!', /e-mail address/],
  ])('says of %j what is wrong', (password, words) => expect(mistakeInPassword(password, OF_ADA)).toMatch(words));
});

describe('normalizePassword', () => {
  it('makes one of two spellings that look the same, and keeps capitals and spaces', () => {
    expect(normalizePassword('Cafe\u0301 au lait ')).toBe('Café au lait ');
  });
});
