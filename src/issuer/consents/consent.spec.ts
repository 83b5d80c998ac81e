import { describe, expect, it } from 'vitest';
import { grantHandleOf, readGrantHandle } from './consent.js';

describe('ADR 0031 the grant of a token', () => {
  it.each([1, 2, 17])('names consent and generation %i, and is read as both', (generation) => {
    const consent = { id: 'con_01kamx4f5ye8wvq3m2ts6dgn0h', generation };
    expect(readGrantHandle(grantHandleOf(consent))).toEqual(consent);
  });

  it('of a client at an API is one word', () => {
    const id = 'sp_01kaj6q8f2e4tbp0m9d3s7x5zc.api_01kamx4f5ye8wvq3m2ts6dgn0h';
    expect(readGrantHandle(id)).toEqual({ id, generation: 1 });
  });
});
