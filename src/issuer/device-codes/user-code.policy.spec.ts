import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayUserCode, mintUserCode, readUserCode, USER_CODE_LETTERS } from './user-code.policy.js';

describe('user codes', () => {
  it('DEV-4: 8 letters of 20, which is about 34.5 bits', () => {
    let next = 0;
    expect(mintUserCode((below) => next++ % below)).toBe('BCDFGHJK');
    expect(Math.log2(USER_CODE_LETTERS.length) * 8).toBeGreaterThan(34.5);
    expect(displayUserCode('BCDFGHJK')).toBe('BCDF-GHJK');
  });

  it.each(['BCDF-GHJK', 'bcdf-ghjk', 'bcdfghjk', ' BCDF GHJK ', 'b.c_d-f g h j k'])('RFC 8628 §6.1: "%s" is the code', (typed) => {
    expect(readUserCode(typed)).toBe('BCDFGHJK');
  });

  // ſ and K (the Kelvin sign) become S and K in capitals.
  it.each([
    '',
    'BCDF-GHJ',
    'BCDF-GHJK-L',
    'BCDF-GHJA',
    'BCDF-GHJ1',
    'BCDF-GHJſ',
    'BCDF-GHJ\u212a',
    'ＢＣＤＦＧＨＪＫ',
    'BCDF\u200bGHJK',
    'BCDF\0GHJK',
  ])('attack 60: "%s" is no code', (typed) => {
    expect(readUserCode(typed)).toBeUndefined();
  });

  it('every code that is made is read again, as it is shown', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(19), { minLength: 8, maxLength: 8 }), (picks) => {
        let at = 0;
        const code = mintUserCode(() => picks[at++] ?? 0);
        expect(readUserCode(displayUserCode(code))).toBe(code);
      }),
    );
  });
});
