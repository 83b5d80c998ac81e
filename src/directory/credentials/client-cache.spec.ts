import { describe, expect, it } from 'vitest';
import type { Client } from '@countersign/oauth';
import { ClientCache } from './client-cache.js';

const client = (id: string, orgId = 'org_1'): Client => ({ id, orgId }) as Client;

/** A database whose answers are given by hand. */
class Database {
  readonly asked: { id: string; answer: (client: Client | undefined) => void; fail: (error: Error) => void }[] = [];
  readonly load = (id: string): Promise<Client | undefined> => new Promise((answer, fail) => this.asked.push({ id, answer, fail }));
}

describe('the cache of clients', () => {
  it('loads a client once for all who wait for it', async () => {
    const database = new Database();
    const cache = new ClientCache(database.load);
    const waiting = [cache.find('a'), cache.find('a')];
    database.asked[0]!.answer(client('a'));
    const [first, second] = await Promise.all(waiting);
    expect(first).toBe(second);
    expect(await cache.find('a')).toBe(first);
    expect(database.asked).toHaveLength(1);
  });

  it('remembers that a client is unknown until it is announced', async () => {
    const database = new Database();
    const cache = new ClientCache(database.load);
    const first = cache.find('a');
    database.asked[0]!.answer(undefined);
    expect(await first).toBeUndefined();
    expect(await cache.find('a')).toBeUndefined();
    expect(database.asked).toHaveLength(1);
    cache.forget('a');
    void cache.find('a');
    expect(database.asked).toHaveLength(2);
  });

  it('reads again what changed while it was being read', async () => {
    const database = new Database();
    const cache = new ClientCache(database.load);
    const found = cache.find('a');
    cache.forget('a');
    database.asked[0]!.answer(client('a', 'stale'));
    await Promise.resolve();
    await Promise.resolve();
    database.asked[1]!.answer(client('a', 'fresh'));
    expect((await found)?.orgId).toBe('fresh');
    expect((await cache.find('a'))?.orgId).toBe('fresh');
  });

  it('keeps no failure', async () => {
    const database = new Database();
    const cache = new ClientCache(database.load);
    const first = cache.find('a');
    database.asked[0]!.fail(new Error('down'));
    await expect(first).rejects.toThrow('down');
    const second = cache.find('a');
    database.asked[1]!.answer(client('a'));
    expect((await second)?.id).toBe('a');
  });

  it('forgets the clients of one organization', async () => {
    const known: Record<string, number> = {};
    const cache = new ClientCache((id) =>
      Promise.resolve(client(id, id === 'a' ? 'org_1' : `org_${(known[id] = (known[id] ?? 0) + 1)}_2`)),
    );
    const [a, b] = [await cache.find('a'), await cache.find('b')];
    cache.forgetOrg('org_1');
    expect(await cache.find('b')).toBe(b);
    expect(await cache.find('a')).not.toBe(a);
  });
});
