import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { DEMO_DAYS } from './demo-customers.js';
import { demoRows } from './saasalytics-demo.js';

const DAY_MS = 86_400_000;
const END = Date.parse('2026-11-22T00:00:00Z');
const START = END - DEMO_DAYS * DAY_MS;
const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

describe.each([0, 1])('the demo of profile %i', (profile) => {
  const { customers, events } = demoRows(profile, START);
  const perDay = Array.from(
    { length: DEMO_DAYS },
    (_, day) => events.filter(({ time }) => Math.floor((time - START) / DAY_MS) === day).length,
  );

  it('has about 50,000 events with ids of their own, all within the 90 days', () => {
    expect(events.length).toBeGreaterThan(45_000);
    expect(events.length).toBeLessThan(55_000);
    expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
    expect(events.every(({ time }) => time >= START && time < END)).toBe(true);
  });

  it('has customers that are known by name and seen no later than their first event', () => {
    const firstSeen = new Map(customers.map((customer) => [customer.id, customer.firstSeen]));
    expect(new Set(customers.map((customer) => customer.name)).size).toBe(customers.length);
    expect(events.every(({ customerId, time }) => (firstSeen.get(customerId) ?? Infinity) <= time)).toBe(true);
  });

  it('grows, and rests on weekends', () => {
    const sum = (from: number, to: number): number => perDay.slice(from, to).reduce((a, b) => a + b, 0);
    expect(sum(62, 90)).toBeGreaterThan(sum(0, 28) * 1.1);
    const weekdayOf = (day: number): number => new Date(START + day * DAY_MS).getUTCDay();
    const mean = (days: number[]): number => days.reduce((a, b) => a + b, 0) / days.length;
    expect(mean(perDay.filter((_, day) => weekdayOf(day) === 3))).toBeGreaterThan(
      2 * mean(perDay.filter((_, day) => weekdayOf(day) === 0)),
    );
  });

  it('has money in and out, and customers that leave', () => {
    const types = new Set(events.map((event) => event.type));
    for (const type of ['page_view', 'feature_used', 'signup', 'subscription_started', 'invoice_paid', 'refund', 'subscription_canceled'])
      expect(types).toContain(type);
    const refunded = -events.filter((event) => event.type === 'refund').reduce((a, b) => a + b.amountCents, 0);
    const paid = events.filter((event) => event.type === 'invoice_paid').reduce((a, b) => a + b.amountCents, 0);
    expect(refunded).toBeGreaterThan(0);
    expect(refunded).toBeLessThan(paid * 0.1);
  });
});

it('is the same on every machine', () => {
  expect([0, 1].map((profile) => digest(demoRows(profile, START)))).toEqual(['332b48cd63c571c2', '0c2986ccd6c2f285']);
});
