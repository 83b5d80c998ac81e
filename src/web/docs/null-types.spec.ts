import { describe, expect, it } from 'vitest';
import { withNullTypes } from './null-types.js';

describe('withNullTypes (JSON Schema 2020-12)', () => {
  it.each([
    ['a type', { type: 'string', nullable: true, format: 'date-time' }, { type: ['string', 'null'], format: 'date-time' }],
    ['an enumeration', { type: 'string', enum: ['a'], nullable: true }, { type: ['string', 'null'], enum: ['a', null] }],
    ['a reference', { $ref: '#/x', nullable: true, description: 'd' }, { anyOf: [{ $ref: '#/x' }, { type: 'null' }], description: 'd' }],
    ['a composition', { allOf: [{ $ref: '#/x' }], nullable: true }, { anyOf: [{ $ref: '#/x' }, { type: 'null' }] }],
    ['nothing else to say', { nullable: true }, {}],
    ['nullable: false', { type: 'string', nullable: false }, { type: 'string' }],
    ['no nullable', { type: 'string' }, { type: 'string' }],
  ])('%s', (_, before, after) => {
    expect(withNullTypes(before)).toEqual(after);
  });

  it('reaches every depth, and leaves examples as they are', () => {
    const example = { nullable: true, type: 'string' };
    expect(withNullTypes({ a: [{ properties: { x: { type: 'integer', nullable: true } } }], example })).toEqual({
      a: [{ properties: { x: { type: ['integer', 'null'] } } }],
      example,
    });
    expect([withNullTypes(null), withNullTypes('x'), withNullTypes(1)]).toEqual([null, 'x', 1]);
  });
});
