import { describe, expect, it } from 'vitest';
import { boundOperations, boundRows, dayOf, keyOf, rollUp } from './roll-up.policy.js';
import { toUsageLine, type UsageLine } from './usage-line.js';

const API = 'api_1';

function line(fields: Partial<UsageLine> = {}): UsageLine {
  return {
    minute: new Date('2026-11-22T08:41:00Z'),
    clientId: 'sp_1',
    credentialId: 'sec_1',
    grantId: 'sp_1.api_1',
    operation: 'Things.list',
    scopes: ['read:things'],
    result: 'accepted',
    calls: 1,
    ...fields,
  };
}
const calls = (rows: readonly { calls: number }[]): number => rows.reduce((sum, row) => sum + row.calls, 0);

describe('rolling up', () => {
  it('minutes of one hour are one row, with the last of them', () => {
    const rows = rollUp(API, [
      line({ minute: new Date('2026-11-22T08:59:00Z'), calls: 2 }),
      line({ minute: new Date('2026-11-22T08:00:00Z'), calls: 3 }),
      line({ minute: new Date('2026-11-22T09:00:00Z'), calls: 5 }),
    ]);
    expect(rows.map(({ hour, calls: n, lastSeenAt }) => [hour.toISOString(), n, lastSeenAt.toISOString()])).toEqual([
      ['2026-11-22T08:00:00.000Z', 5, '2026-11-22T08:59:00.000Z'],
      ['2026-11-22T09:00:00.000Z', 5, '2026-11-22T09:00:00.000Z'],
    ]);
  });

  it('calls that differ in any dimension, or in the API, are different rows', () => {
    const different = [
      line(),
      line({ clientId: 'sp_2' }),
      line({ clientId: undefined }),
      line({ credentialId: 'sec_2' }),
      line({ grantId: undefined }),
      line({ operation: 'Things.create' }),
      line({ scopes: ['read:things', 'write:things'] }),
      line({ scopes: [] }),
      line({ result: 'insufficient_scope' }),
      // What one field ends with is not what the next begins with.
      line({ clientId: 'sp_1s', credentialId: 'ec_1' }),
    ];
    const rows = [...rollUp(API, different), ...rollUp('api_2', [line()])];
    expect(new Set(rows.map(keyOf)).size).toBe(different.length + 1);
  });

  it('the order and repetition of scopes make no difference; a result of a newer guard is "other"', () => {
    const entry = { minute: '2026-11-22T08:41:00Z', operation: 'x', scopes: ['b', 'a', 'b'], result: 'quantum_refused', count: 1 };
    expect(toUsageLine(entry)).toMatchObject({ scopes: ['a', 'b'], result: 'other', calls: 1 });
    expect(toUsageLine({ ...entry, result: 'invalid_token' }).result).toBe('invalid_token');
  });

  it('a day is one in UTC', () => {
    expect(dayOf(line({ minute: new Date('2026-11-22T23:59:00Z') }))).toBe('2026-11-22');
    expect(dayOf(line({ minute: new Date('2026-11-23T00:00:00Z') }))).toBe('2026-11-23');
  });
});

describe('the bounds of a day', () => {
  it('so many operations are told apart, those that came first; the rest keeps its client and loses its name', () => {
    const lines = ['a', 'b', 'c', 'a', 'd'].map((operation) => line({ operation }));
    const bounded = boundOperations(lines, ['z'], 3);
    expect(bounded.operations).toEqual(['z', 'a', 'b']);
    expect(bounded.lines.map(({ operation, clientId }) => [operation, clientId])).toEqual(
      ['a', 'b', 'other', 'a', 'other'].map((operation) => [operation, 'sp_1']),
    );
  });

  it('an operation that is itself called "other" takes no place', () => {
    expect(boundOperations([line({ operation: 'other' })], [], 1)).toMatchObject({ operations: [], lines: [{ operation: 'other' }] });
  });

  it('rows that are stored are always counted; new ones while there is room; the rest per hour and result, and no call is lost', () => {
    const rows = rollUp(
      API,
      Array.from({ length: 50 }, (_, i) =>
        line({
          clientId: `sp_${i}`,
          calls: i + 1,
          minute: new Date(Date.UTC(2026, 10, 22, i % 2)),
          result: i < 40 ? 'accepted' : 'invalid_token',
        }),
      ),
    );
    const stored = new Set([keyOf(rows[7]!), keyOf(rows[45]!)]);
    const bounded = boundRows(API, rows, { stored, room: 10 });
    expect(bounded.added).toBe(10);
    expect(calls(bounded.rows)).toBe(calls(rows));
    const others = bounded.rows.filter(({ line: { operation } }) => operation === 'other');
    expect(bounded.rows.length).toBe(12 + others.length);
    expect(others).toHaveLength(4);
    expect(others[0]?.line).toMatchObject({ clientId: undefined, credentialId: undefined, grantId: undefined, scopes: [] });
    expect(boundRows(API, bounded.rows, { stored: new Set(bounded.rows.map(keyOf)), room: 0 })).toEqual({ rows: bounded.rows, added: 0 });
  });

  it('a day that is over its limit already adds nothing', () => {
    expect(boundRows(API, rollUp(API, [line()]), { stored: new Set(), room: -5 })).toMatchObject({
      added: 0,
      rows: [{ line: { operation: 'other' } }],
    });
  });
});
