import { describe, expect, it } from 'vitest';
import { textArray } from './text-array.js';

describe('array literals', () => {
  it.each([
    [[], '{}'],
    [['a', 'b c'], '{"a","b c"}'],
    [[null, 'NULL', ''], '{NULL,"NULL",""}'],
    [['a"b', 'a\\b', '{x,y}'], '{"a\\"b","a\\\\b","{x,y}"}'],
  ])('%j is %s', (values, literal) => {
    expect(textArray(values)).toBe(literal);
  });
});
