import { generateKeyPairSync } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { PublishedKeys } from './published-keys.js';

const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'pem', type: 'spki' });
const document = (...ids: string[]): Response => Response.json({ public_keys: ids.map((id) => ({ key_identifier: id, key: pem })) });

describe('the keys that a scanner publishes', () => {
  let now: number;
  let failures: number;
  let fetches: { answer: (response: Response) => void; fail: (error: Error) => void }[];
  let keys: PublishedKeys;

  beforeEach(() => {
    now = 0;
    failures = 0;
    fetches = [];
    keys = new PublishedKeys({
      fetch: () => new Promise((answer, fail) => fetches.push({ answer, fail })),
      onFailure: () => failures++,
      clock: () => now,
    });
  });

  // Seen to fail with the time of the fetch set before it: the second report was refused as not signed.
  it('are fetched once for two reports that come together, and both know the key', async () => {
    const reports = [keys.find('a'), keys.find('a')];
    fetches[0]?.answer(document('a'));
    expect(await Promise.all(reports)).toEqual([
      { id: 'a', pem },
      { id: 'a', pem },
    ]);
    expect(fetches).toHaveLength(1);
  });

  it('are fetched for an unknown name once a minute, and never for a known one', async () => {
    const first = keys.find('a');
    fetches[0]?.answer(document('a'));
    await first;
    now += 59_000;
    expect([await keys.find('b'), fetches.length]).toEqual([undefined, 1]);
    now += 1_000;
    const second = keys.find('b');
    fetches[1]?.answer(document('a', 'b'));
    expect([await second, await keys.find('a'), fetches.length]).toMatchObject([{ id: 'b' }, { id: 'a' }, 2]);
  });

  it('a failed fetch says of nobody that they are strangers, keeps the last good keys, and is repeated after five seconds', async () => {
    const first = keys.find('a');
    fetches[0]?.answer(document('a'));
    await first;
    now += 60_000;
    const failing = keys.find('b');
    fetches[1]?.fail(new Error('down'));
    expect([await failing, await keys.find('b'), await keys.find('a')]).toMatchObject(['unknown', 'unknown', { id: 'a' }]);
    now += 5_000;
    const another = keys.find('b');
    fetches[2]?.answer(new Response('busy', { status: 503 }));
    expect([await another, failures]).toEqual(['unknown', 2]);
    now += 5_000;
    const again = keys.find('b');
    fetches[3]?.answer(document('b'));
    expect(await again).toMatchObject({ id: 'b' });
  });
});
