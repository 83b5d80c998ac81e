import { describe, expect, it } from 'vitest';
import type { PolledDeviceCode } from './device-code.js';
import { judgePoll, type PollRefusal } from './poll.policy.js';

const now = new Date('2026-11-22T08:00:00Z');
const ago = (ms: number): Date => new Date(now.getTime() - ms);
const waiting: PolledDeviceCode = {
  state: 'waiting',
  digest: Buffer.alloc(32),
  intervalSeconds: 5,
  polledAt: undefined,
  usableUntil: new Date(now.getTime() + 60_000),
  now,
  allowed: undefined,
};

describe('TE-29: what a device is told that asks', () => {
  it.each<[string, Partial<PolledDeviceCode>, PollRefusal | undefined]>([
    ['the first time', {}, 'authorization_pending'],
    ['after its interval', { polledAt: ago(5_000) }, 'authorization_pending'],
    ['a little early, as networks are', { polledAt: ago(4_600) }, 'authorization_pending'],
    ['too early', { polledAt: ago(4_400) }, 'slow_down'],
    ['too early for the interval that it was told', { polledAt: ago(5_000), intervalSeconds: 10 }, 'slow_down'],
    ['after the longer interval', { polledAt: ago(10_000), intervalSeconds: 10 }, 'authorization_pending'],
    ['too late', { usableUntil: now }, 'expired_token'],
    ['once it is allowed', { state: 'allowed' }, undefined],
    ['once it is allowed, too early', { state: 'allowed', polledAt: ago(10) }, undefined],
    ['once it is allowed, too late', { state: 'allowed', usableUntil: now }, 'expired_token'],
    ['once it is denied', { state: 'denied' }, 'access_denied'],
    ['once it is denied, too late', { state: 'denied', usableUntil: now }, 'access_denied'],
    ['once it has its tokens', { state: 'redeemed' }, 'device_code_used'],
  ])('%s', (_, facts, told) => {
    expect(judgePoll({ ...waiting, ...facts })).toBe(told);
  });
});
