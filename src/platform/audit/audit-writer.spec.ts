import { describe, expect, it } from 'vitest';
import type { Claim } from './audit-batch.repository.js';
import type { AuditBatches } from './audit-batches.js';
import { AlreadyUsed, AuditUnavailable, AuditWriter } from './audit-writer.js';
import type { AuditRow } from './audit-row.js';

/** A writer on a stand-in for the database that answers, or fails to, as told. */
function writerOn(commit: (rows: readonly AuditRow[], claims: readonly Claim[]) => Promise<ReadonlyMap<number, string>>): AuditWriter {
  return new AuditWriter({ commit, close: () => Promise.resolve() } as unknown as AuditBatches, undefined as never, undefined as never);
}

const event = { action: 'token.issued', actor: { type: 'service_principal' } } as const;
const NONE: ReadonlyMap<number, string> = new Map();
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const outcomesOf = async (promises: Promise<void>[]): Promise<string[]> => (await Promise.allSettled(promises)).map(({ status }) => status);

describe('AuditWriter', () => {
  it('holds at most 5,000 waiting rows; the next is refused at once, whatever the database does', async () => {
    const writer = writerOn(() => new Promise(() => undefined));
    const outcomes: string[] = [];
    void writer.append(event);
    await turn();
    for (let i = 0; i < 5_000; i++)
      writer.append(event).then(
        () => outcomes.push('written'),
        () => outcomes.push('refused'),
      );
    await expect(writer.append(event)).rejects.toThrow(AuditUnavailable);
    await expect(writer.append(event)).rejects.toThrow('the queue is full');
    expect(outcomes).toEqual([]);
  });

  it('one batch is in flight; what arrives meanwhile goes with the next, 256 at most', async () => {
    const sizes: number[] = [];
    let running = 0;
    const writer = writerOn(async (rows) => {
      expect(++running).toBe(1);
      sizes.push(rows.length);
      await turn();
      running--;
      return NONE;
    });
    const first = [writer.append(event), writer.append(event)];
    await turn();
    await Promise.all([...first, ...Array.from({ length: 600 }, () => writer.append(event))]);
    expect(sizes).toEqual([2, 256, 256, 88]);
  });

  it('nobody hears of a row before its batch has committed', async () => {
    let commit: () => void = () => undefined;
    const writer = writerOn(() => new Promise((resolve) => (commit = () => resolve(NONE))));
    let heard = false;
    const appended = writer.append(event).then(() => (heard = true));
    await turn();
    await turn();
    expect(heard).toBe(false);
    commit();
    await appended;
    expect(heard).toBe(true);
  });

  it('an outage fails its batch at once, without trying row by row, and the next row is tried anew', async () => {
    let attempts = 0;
    const writer = writerOn(() => {
      attempts++;
      return Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }));
    });
    expect(await outcomesOf([writer.append(event), writer.append(event), writer.append(event)])).toEqual([
      'rejected',
      'rejected',
      'rejected',
    ]);
    expect(attempts).toBe(1);
    await expect(writer.append(event)).rejects.toThrow(AuditUnavailable);
    expect(attempts).toBe(2);
  });

  // Seen to fail when afterFailure rejects the whole batch.
  it('one poisoned row fails alone', async () => {
    const writer = writerOn((rows) =>
      rows.some((row) => row.includes('poison'))
        ? Promise.reject(Object.assign(new Error('bad'), { code: '22P05' }))
        : Promise.resolve(NONE),
    );
    const poisoned = { ...event, actor: { type: 'service_principal', id: 'poison' } } as const;
    expect(await outcomesOf([writer.append(event), writer.append(poisoned), writer.append(event)])).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
  });

  // Seen to fail when commit() resolves every entry of its batch.
  it('the loser of a single-use value is told so, and nobody else', async () => {
    const writer = writerOn(() => Promise.resolve(new Map([[1, 'sp']])));
    const singleUse = { owner: 'sp', value: 'jti', expiresAt: new Date() };
    const appended = [writer.append(event, singleUse), writer.append(event, singleUse), writer.append(event)];
    expect(await outcomesOf(appended)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(appended[1]).rejects.toThrow(AlreadyUsed);
  });

  // Seen to fail when commit() does not put the rows first: then the row of another request is left out.
  it('a value that is claimed alone stands behind the rows, and its loser is told whose it was', async () => {
    const seen: unknown[] = [];
    const writer = writerOn((rows, claims) => {
      seen.push([rows.length, claims.map(({ row, owner }) => [row, owner])]);
      return Promise.resolve(new Map([[1, 'key']]));
    });
    const expiresAt = new Date();
    const claimed = writer.claim({ owner: 'key', value: 'proof', expiresAt });
    const appended = writer.append(event, { owner: 'sp', value: 'jti', expiresAt }, { owner: 'key', value: 'other', expiresAt });
    expect(await outcomesOf([claimed, appended])).toEqual(['rejected', 'fulfilled']);
    await expect(claimed).rejects.toMatchObject({ owner: 'key' });
    expect(seen).toEqual([
      [
        1,
        [
          [0, 'sp'],
          [0, 'key'],
          [1, 'key'],
        ],
      ],
    ]);
  });
});
