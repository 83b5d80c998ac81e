import { describe, expect, it } from 'vitest';
import { ClientSecret } from './client-secret.entity.js';
import { hasRoom, planRotation } from './rotation.policy.js';

const NOW = new Date('2026-11-22T12:00:00Z');

function secret(id: string, createdMinutesAgo: number, expiresInSeconds?: number): ClientSecret {
  const expiresAt = expiresInSeconds === undefined ? null : new Date(NOW.getTime() + expiresInSeconds * 1000);
  return Object.assign(new ClientSecret(), { id, createdAt: new Date(NOW.getTime() - createdMinutesAgo * 60_000), expiresAt });
}

function endsIn(plan: ReturnType<typeof planRotation>): Record<string, number> {
  return Object.fromEntries([...plan.ends].map(([id, end]) => [id, (end.getTime() - NOW.getTime()) / 1000]));
}

describe('a rotation', () => {
  it.each([
    ['gives the present secret the grace', [secret('a', 10)], 3600, { a: 3600 }, []],
    ['never lengthens a life', [secret('a', 10, 60)], 3600, { a: 60 }, []],
    ['without grace ends it at once', [secret('a', 10)], 0, { a: 0 }, ['a']],
    ['ends the oldest of two at once', [secret('b', 1), secret('a', 10, 500)], 3600, { a: 0, b: 3600 }, ['a']],
    ['leaves ended secrets alone', [secret('a', 10, -1), secret('b', 5)], 3600, { b: 3600 }, []],
    ['is a first secret where there is none', [], 3600, {}, []],
  ])('%s', (_, secrets, grace, ends, retired) => {
    const plan = planRotation(secrets, grace, NOW);
    expect(endsIn(plan)).toEqual(ends);
    expect(plan.retired).toEqual(retired);
  });
});

describe('a secret beside the others', () => {
  it.each([
    [[], true],
    [[secret('a', 1)], true],
    [[secret('a', 1), secret('b', 2, 5)], false],
    [[secret('a', 1), secret('b', 2, 0)], true],
  ])('needs one of two places (%#)', (secrets, room) => {
    expect(hasRoom(secrets, NOW)).toBe(room);
  });
});
