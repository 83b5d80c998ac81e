import { describe, expect, it } from 'vitest';
import { expiryOf, type LifetimeWish } from './api-key-lifetime.policy.js';

const NOW = new Date('2026-11-22T12:00:00Z');
const DAY_MS = 86_400_000;
const inDays = (days: number): Date => new Date(NOW.getTime() + days * DAY_MS);

describe('the end of a new key', () => {
  it.each<[string, Partial<LifetimeWish>, number | undefined]>([
    ['nothing wished', {}, 90],
    ['nothing wished, and the organization allows less', { maxLifetimeSeconds: 30 * 86_400 }, 30],
    ['nothing wished, for the place of one that was given a week', { usualMs: 7 * DAY_MS }, 7],
    ['a day', { expiresAt: inDays(1) }, 1],
    ['less than a day', { expiresAt: inDays(0.9) }, undefined],
    ['a year', { expiresAt: inDays(365) }, 365],
    ['more than a year', { expiresAt: inDays(366) }, undefined],
    ['more than a year, where the organization allows two', { expiresAt: inDays(700), maxLifetimeSeconds: 730 * 86_400 }, 700],
    ['more than the organization allows', { expiresAt: inDays(31), maxLifetimeSeconds: 30 * 86_400 }, undefined],
    ['no time at all', { expiresAt: new Date('x') }, undefined],
  ])('%s', (_, wish, days) => {
    const end = expiryOf({ now: NOW, expiresAt: undefined, maxLifetimeSeconds: null, ...wish });
    if (days === undefined) expect(end).toHaveProperty('mistake');
    else expect(end).toEqual(inDays(days));
  });
});
