import { describe, expect, it } from 'vitest';
import type { guardedFetch } from '../../platform/outbound/index.js';
import { RemoteKeySets } from './remote-key-sets.js';

const LIMITS = { bytesInAll: 100 * 1024, bytesPerSet: 20 * 1024 };

function aFetch(bytes: number): { fetch: typeof guardedFetch; limits: unknown[] } {
  const limits: unknown[] = [];
  const fetch: typeof guardedFetch = async (_, request) => {
    limits.push(request?.maxBytes);
    return Response.json({ keys: [{ kty: 'EC', kid: 'x'.repeat(bytes) }] });
  };
  return { fetch, limits };
}

describe('keys at addresses that clients named', () => {
  it('are asked for with the limit of one set, and stay those of one client', async () => {
    const { fetch, limits } = aFetch(10);
    const sets = new RemoteKeySets(LIMITS, fetch);
    const set = sets.of('a', 'https://a.example/jwks');
    await set.reload();
    expect(sets.of('a', 'https://a.example/jwks')).toBe(set);
    expect(sets.of('b', 'https://a.example/jwks')).not.toBe(set);
    expect(limits).toEqual([LIMITS.bytesPerSet]);
  });

  // Seen to fail with the size counted before the fetch only: all 40 were kept.
  it('are kept by their bytes, the latest', async () => {
    const { fetch } = aFetch(18 * 1024);
    const sets = new RemoteKeySets(LIMITS, fetch);
    const first = sets.of('0', 'https://a.example/jwks');
    let latest = first;
    for (let i = 0; i < 40; i++) await (latest = sets.of(String(i), 'https://a.example/jwks')).reload();
    expect(sets.count).toBe(4);
    expect(sets.of('39', 'https://a.example/jwks')).toBe(latest);
    expect(sets.of('0', 'https://a.example/jwks')).not.toBe(first);
  });
});
