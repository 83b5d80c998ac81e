import { describe, expect, it } from 'vitest';
import type { AuditBatches } from './audit-batches.js';
import { AuditUnavailable, AuditWriter } from './audit-writer.js';

/** A writer on a stand-in for the database that answers, or fails to, as told. */
function writerOn(commit: (rows: readonly unknown[]) => Promise<ReadonlySet<number>>): AuditWriter {
  return new AuditWriter({ commit } as unknown as AuditBatches, undefined as never, undefined as never);
}

const event = { action: 'token.issued', actor: { type: 'service_principal' } } as const;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('AuditWriter', () => {
  it('holds at most 5,000 waiting rows; the next is refused at once, whatever the database does', async () => {
    const writer = writerOn(() => new Promise(() => undefined));
    const outcomes: string[] = [];
    void writer.append(event).catch(() => undefined);
    await turn();
    for (let i = 0; i < 5_000; i++) writer.append(event).then(() => outcomes.push('written'), () => outcomes.push('refused'));
    await expect(writer.append(event)).rejects.toThrow(AuditUnavailable);
    await expect(writer.append(event)).rejects.toThrow('the queue is full');
    expect(outcomes).toEqual([]);
  });

  it('a row that arrived while one batch is in flight goes with the next, all of them together, 256 at most', async () => {
    const sizes: number[] = [];
    let running = 0;
    const writer = writerOn(async (rows) => {
      expect(++running).toBe(1);
      sizes.push(rows.length);
      await turn();
      running--;
      return result;
      return new Set();
    });
    const first = [writer.append(event), writer.append(event)];
    await turn();
    await Promise.all([...first, ...Array.from({ length: 600 }, () => writer.append(event))]);
    expect(sizes).toEqual([2, 256, 256, 88]);
  });

  it('nothing is told to be written before its commit, and an outage fails the batch without trying row by row', async () => {
    let attempts = 0;
    const writer = writerOn(() => {
      attempts++;
      return Promise.reject(Object.assign(new Error('no'), { code: 'ECONNREFUSED' }));
    });
    const outcomes = await Promise.allSettled([writer.append(event), writer.append(event), writer.append(event)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(attempts).toBe(1);
    await expect(writer.append(event)).rejects.toThrow(AuditUnavailable);
    expect(attempts).toBe(2);
  });
});
