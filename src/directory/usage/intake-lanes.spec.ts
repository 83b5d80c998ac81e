import { describe, expect, it } from 'vitest';
import { IntakeLanes } from './intake-lanes.js';

interface Job {
  readonly api: string;
  readonly n: number;
  finish(): void;
  fail(): void;
}

/** Work that ends when the test says so. */
function setUp() {
  const lanes = new IntakeLanes();
  const running: Job[] = [];
  const log: string[] = [];
  const submit = (api: string, n: number): Promise<string> =>
    lanes.run(api, async () => {
      log.push(`${api}${n}`);
      await new Promise<void>((resolve, reject) => running.push({ api, n, finish: resolve, fail: () => reject(new Error('failed')) }));
      return `${api}${n}`;
    });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const finishAll = async (): Promise<void> => {
    for (await settle(); running.length > 0; await settle()) running.shift()?.finish();
  };
  return { submit, running, log, settle, finishAll };
}

describe('lanes of the intake', () => {
  // Seen failing without lanes: four ran at once.
  it('reports of one API are counted one after another, in order, and a failed one does not stop the next', async () => {
    const { submit, running, log, settle, finishAll } = setUp();
    const results = Promise.allSettled(Array.from({ length: 20 }, (_, n) => submit('a', n)));
    await settle();
    expect(running).toHaveLength(1);
    running.shift()?.fail();
    await settle();
    expect(running).toHaveLength(1);
    await finishAll();
    expect((await results).map(({ status }) => status)).toEqual(['rejected', ...Array.from({ length: 19 }, () => 'fulfilled')]);
    expect(log).toEqual(Array.from({ length: 20 }, (_, n) => `a${n}`));
  });

  it('four APIs at a time, and one that sends many waits its turn like the others', async () => {
    const { submit, running, log, settle, finishAll } = setUp();
    const hostile = Array.from({ length: 20 }, (_, n) => submit('x', n));
    const others = Array.from({ length: 10 }, (_, n) => submit(`o${n}.`, 0));
    await settle();
    expect(running.map(({ api }) => api)).toEqual(['x', 'o0.', 'o1.', 'o2.']);
    await finishAll();
    await Promise.all([...hostile, ...others]);
    expect(log.slice(0, 12).filter((entry) => entry.startsWith('x'))).toHaveLength(2);
  });

  it('503 with Retry-After for the reports of an API beyond those that may wait, and for nobody else', async () => {
    const { submit, finishAll } = setUp();
    const accepted = Array.from({ length: 21 }, (_, n) => submit('a', n));
    await expect(submit('a', 21)).rejects.toMatchObject({ code: 'service_unavailable', options: { headers: { 'retry-after': '5' } } });
    const other = submit('b', 0);
    await finishAll();
    await Promise.all([...accepted, other]);
    const again = submit('a', 22);
    await finishAll();
    expect(await again).toBe('a22');
  });
});
