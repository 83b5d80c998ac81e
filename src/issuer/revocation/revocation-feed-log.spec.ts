import { describe, expect, it } from 'vitest';
import type { RevocationEntry } from '@countersign/resource-server';
import { RevocationFeedLog } from './revocation-feed-log.js';

const entry = (seq: number): RevocationEntry => ({ seq, kind: 'token', value: `t${seq}`, revokedAt: 1, expiresAt: 2 });
const numbers = (entries: readonly RevocationEntry[] | undefined) => entries?.map(({ seq }) => seq);

describe('RevocationFeedLog', () => {
  it('answers what came between two positions', () => {
    const log = new RevocationFeedLog(10);
    log.append([1, 2, 5].map(entry));
    log.append([7].map(entry));
    expect(log.position).toBe(7);
    expect([numbers(log.between(0, 7)), numbers(log.between(2, 5)), numbers(log.between(7, 7)), numbers(log.between(9, 9))]).toEqual([
      [1, 2, 5, 7],
      [5],
      [],
      [],
    ]);
  });

  // Seen failing with the start left at 0: what was dropped was not missed.
  it('says so when it no longer reaches back', () => {
    const log = new RevocationFeedLog(3);
    log.append([1, 2, 3, 4].map(entry));
    expect([log.between(0, 4), numbers(log.between(1, 4))]).toEqual([undefined, [2, 3, 4]]);
    log.append(Array.from({ length: 9 }, (_, i) => entry(10 + i)));
    expect([log.position, log.between(4, 18), numbers(log.between(15, 18))]).toEqual([18, undefined, [16, 17, 18]]);
  });

  it('is at the beginning while there is nothing', () => {
    const log = new RevocationFeedLog();
    expect([log.position, numbers(log.between(0, 0))]).toEqual([0, []]);
  });
});
