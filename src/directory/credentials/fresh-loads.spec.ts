import { describe, expect, it } from 'vitest';
import { FreshLoads } from './fresh-loads.js';

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('loads of what memory must not answer', () => {
  const asked: { answer: (text: string) => void; fail: (error: Error) => void }[] = [];
  const fresh = (): FreshLoads<string> => {
    asked.length = 0;
    return new FreshLoads<string>(() => new Promise((answer, fail) => asked.push({ answer, fail })));
  };

  // Seen to fail with a load of its own for each: all waited for the newest, and on a busy key that never ends.
  it('one runs, all who come meanwhile share the next, and nobody waits for a third', async () => {
    const loads = fresh();
    const first = loads.find('a');
    const meanwhile = [loads.find('a'), loads.find('a')];
    expect(asked).toHaveLength(1);
    asked[0]?.answer('before');
    expect(await first).toBe('before');
    await settled();
    const later = loads.find('a');
    expect(asked).toHaveLength(2);
    asked[1]?.answer('after');
    expect(await Promise.all(meanwhile)).toEqual(['after', 'after']);
    await settled();
    asked[2]?.answer('later');
    expect(await later).toBe('later');
    void loads.find('a');
    expect(asked).toHaveLength(4);
  });

  // Seen to fail with a next load after the failure: while the database was silent, each of them waited for it twice.
  it('a failure reaches all who waited, and who comes afterwards starts anew', async () => {
    const loads = fresh();
    const waiting = [loads.find('a'), loads.find('a'), loads.find('a')].map((load) => expect(load).rejects.toThrow('down'));
    asked[0]?.fail(new Error('down'));
    await Promise.all(waiting);
    expect(asked).toHaveLength(1);
    const later = loads.find('a');
    asked[1]?.answer('up');
    expect(await later).toBe('up');
    await settled();
    void loads.find('a');
    expect(asked).toHaveLength(3);
  });
});
