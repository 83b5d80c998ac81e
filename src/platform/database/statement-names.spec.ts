import { describe, expect, it } from 'vitest';
import { StatementNames } from './statement-names.js';

const askedOften = (names: StatementNames, text: string): string | undefined => {
  for (let i = 0; i < 10; i++) names.of(text);
  return names.of(text);
};

describe('names of statements', () => {
  it('a statement gets one when it has been asked five times, and keeps it', () => {
    const names = new StatementNames();
    const given = Array.from({ length: 7 }, () => names.of('SELECT id FROM orgs WHERE id = $1'));
    expect(given).toEqual([undefined, undefined, undefined, undefined, undefined, 's0', 's0']);
  });

  it('two statements never share one', () => {
    const names = new StatementNames();
    expect(askedOften(names, 'SELECT 1 FROM orgs WHERE id = $1')).not.toBe(askedOften(names, 'SELECT 1 FROM users WHERE id = $1'));
  });

  // Seen to fail without ALL_COLUMNS: "cached plan must not change result type" is what a replica of before a migration would answer.
  it.each([
    'SELECT * FROM orgs WHERE id = $1',
    'SELECT c.*, 1 FROM consents c WHERE id = $1',
    'DELETE FROM orgs WHERE id = $1 RETURNING *',
  ])('none for all columns of a table: %s', (text) => {
    expect(askedOften(new StatementNames(), text)).toBeUndefined();
  });

  it('one for a count', () => {
    expect(askedOften(new StatementNames(), 'SELECT count(*) FROM orgs WHERE id = $1')).toBe('s0');
  });

  it('at most 200, however many statements there are', () => {
    const names = new StatementNames();
    const given = Array.from({ length: 300 }, (_, i) => askedOften(names, `SELECT ${i} FROM orgs WHERE id = $1`));
    expect(given.filter((name) => name !== undefined)).toHaveLength(200);
  });
});
