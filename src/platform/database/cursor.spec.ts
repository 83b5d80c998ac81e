import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCursor, encodeCursor, pageOf } from './cursor.js';

describe('a cursor', () => {
  it('gives back the key it was made from', () => {
    fc.assert(fc.property(fc.stringMatching(/^[\x21-\x7E]{1,150}$/), (key) => void expect(decodeCursor(encodeCursor(key))).toBe(key)));
  });

  it.each([
    ['nothing', ''],
    ['standard Base64', 'a+b/'],
    ['padding', 'YWI='],
    ['a space in the key', encodeCursor('a b')],
    ['a line break in the key', encodeCursor('a\nb')],
    ['a NUL in the key', encodeCursor('a\0b')],
    ['another script in the key', encodeCursor('é')],
    ['invalid UTF-8', Buffer.from([0xff, 0xfe]).toString('base64url')],
    ['201 characters', 'a'.repeat(201)],
    ['SQL', "' OR 1=1"],
  ])('undefined for %s', (_, cursor) => {
    expect(decodeCursor(cursor)).toBeUndefined();
  });

  it('never throws and never gives anything but a plain key', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void expect(decodeCursor(text) ?? 'x').toMatch(/^[\x21-\x7E]+$/)));
  });
});

describe('pageOf', () => {
  const keyOf = (row: string): string => row;

  it('cuts the row that was fetched too many, and says where the next page starts', () => {
    const page = pageOf(['c', 'b', 'a'], 2, keyOf);
    expect(page.items).toEqual(['c', 'b']);
    expect(decodeCursor(page.nextCursor!)).toBe('b');
  });

  it('has no cursor on the last page, full or not, and on an empty one', () => {
    expect(pageOf(['b', 'a'], 2, keyOf)).toEqual({ items: ['b', 'a'], nextCursor: undefined });
    expect(pageOf(['a'], 2, keyOf).nextCursor).toBeUndefined();
    expect(pageOf([], 2, keyOf)).toEqual({ items: [], nextCursor: undefined });
  });
});
