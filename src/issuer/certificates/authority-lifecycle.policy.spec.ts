import { describe, expect, it } from 'vitest';
import type { AuthorityRow } from './authority.js';
import { nextStep } from './authority-lifecycle.policy.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type Facts = Parameters<typeof nextStep>[0][number];

function authority(
  id: string,
  status: AuthorityRow['status'],
  fields: { age?: number; left?: number; retired?: number; asked?: true } = {},
): Facts {
  const { age = 0, left = 180 * DAY, retired } = fields;
  return {
    id,
    status,
    created_at: new Date(NOW - age),
    not_after: new Date(NOW + left),
    replacement_asked_at: fields.asked ? new Date(NOW) : null,
    retiring_at: retired === undefined ? null : new Date(NOW - retired),
  };
}

describe('the authorities of a trust domain', () => {
  it.each<[string, Facts[], ReturnType<typeof nextStep>]>([
    ['begin with a new one', [], { step: 'make' }],
    ['take the first into use at once', [authority('a', 'published')], { step: 'activate', id: 'a' }],
    ['then rest', [authority('a', 'active')], undefined],
    ['rest while 60 days are left', [authority('a', 'active', { left: 60 * DAY })], undefined],
    ['get a successor when fewer are left', [authority('a', 'active', { left: 60 * DAY - 1 })], { step: 'make' }],
    ['get a successor when somebody asks', [authority('a', 'active', { asked: true })], { step: 'make' }],
    ['get one successor, however often somebody asks', [authority('a', 'active', { asked: true }), authority('b', 'published')], undefined],
    ['publish the successor for two days', [authority('a', 'active'), authority('b', 'published', { age: 2 * DAY - 1 })], undefined],
    ['then take it into use', [authority('a', 'active'), authority('b', 'published', { age: 2 * DAY })], { step: 'activate', id: 'b' }],
    [
      'keep the old one for the life of its last leaf',
      [authority('a', 'retiring', { retired: 25 * HOUR - 1 }), authority('b', 'active')],
      undefined,
    ],
    ['then remove it', [authority('a', 'retiring', { retired: 25 * HOUR }), authority('b', 'active')], { step: 'remove', id: 'a' }],
    ['make a new one when all have been removed', [authority('a', 'removed', { retired: DAY })], { step: 'make' }],
  ])('%s', (_, authorities, step) => {
    expect(nextStep(authorities, NOW)).toEqual(step);
  });

  it('a year of steps: never without a signer, and no authority leaves before its last leaf has expired', () => {
    let rows: (Facts & { -readonly [K in keyof Facts]: Facts[K] })[] = [];
    let made = 0;
    for (let now = NOW; now < NOW + 400 * DAY; now += 6 * HOUR) {
      for (let due = nextStep(rows, now); due; due = nextStep(rows, now)) {
        if (due.step === 'make')
          rows.push({ ...authority(`ca${++made}`, 'published'), created_at: new Date(now), not_after: new Date(now + 180 * DAY) });
        else {
          const { id, step } = due;
          if (step === 'activate')
            for (const row of rows) if (row.status === 'active') Object.assign(row, { status: 'retiring', retiring_at: new Date(now) });
          rows = rows.map((row) => (row.id === id ? { ...row, status: step === 'activate' ? 'active' : 'removed' } : row));
        }
      }
      const active = rows.filter(({ status }) => status === 'active');
      expect(active).toHaveLength(1);
      expect((active[0] as Facts).not_after.getTime()).toBeGreaterThan(now + DAY);
    }
    expect(made).toBeGreaterThanOrEqual(3);
    expect(rows.filter(({ status }) => status !== 'removed').length).toBeLessThanOrEqual(3);
  });
});
