import { describe, expect, it } from 'vitest';
import { mistakesOf, toEvent } from './events.policy.js';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const anEvent = (fields: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: 'ord-1',
  customer_id: 'cus_1',
  type: 'page_view',
  occurred_at: '2026-11-22T11:00:00Z',
  ...fields,
});
const locations = (...events: unknown[]): string[] => mistakesOf(events, NOW).map((mistake) => mistake.location);

describe('an event', () => {
  it.each([
    [{}],
    [{ amount_cents: -4_900 }],
    [{ properties: { plan: 'growth', seats: 12, trial: false, note: null } }],
    [{ customer_name: 'Café Zoë 🙂', segment: 'mid_market', country: 'DE' }],
    [{ occurred_at: '2026-11-22T13:04:59+01:00' }],
    [{ occurred_at: '2025-10-20T00:00:00Z' }],
  ])('is taken with %j', (fields) => {
    expect(mistakesOf([anEvent(fields)], NOW)).toEqual([]);
  });

  it.each([
    ['id', ''],
    ['id', 'a b'],
    ['id', 'x'.repeat(65)],
    ['id', 7],
    ['id', null],
    ['id', '-a'],
    ['customer_id', 'a/b'],
    ['type', 'Page View'],
    ['type', '__proto__'],
    ['occurred_at', '2026-11-22'],
    ['occurred_at', '2026-02-30T00:00:00Z'],
    ['occurred_at', '2026-11-22T11:00:00'],
    ['occurred_at', 1_795_000_000],
    ['occurred_at', '2025-10-10T00:00:00Z'],
    ['occurred_at', '2026-11-22T12:06:00Z'],
    ['amount_cents', 1.5],
    ['amount_cents', '4900'],
    ['amount_cents', 1_000_000_001],
    ['amount_cents', null],
    ['properties', []],
    ['properties', { a: {} }],
    ['properties', { a: 'x\u0000' }],
    ['properties', { a: '\uD800' }],
    ['properties', { '': 1 }],
    ['properties', Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`p${i}`, i]))],
    ['customer_name', ''],
    ['customer_name', 'a\nb'],
    ['segment', 'Mid Market'],
    ['country', 'de'],
    ['org_id', 'org_1'],
    ['toString', 1],
  ])('is refused at /events/0/%s with %j', (name, value) => {
    expect(locations(anEvent({ [name]: value }))).toEqual([`/events/0/${name}`]);
  });

  it('is refused with every mistake of the batch, by JSON Pointer', () => {
    expect(locations(anEvent(), null, {}, anEvent({ 'a/b~c': 1 }))).toEqual([
      '/events/1',
      '/events/2/id',
      '/events/2/customer_id',
      '/events/2/type',
      '/events/2/occurred_at',
      '/events/3/a~1b~0c',
    ]);
  });

  it('without optional fields has no amount, no properties and says nothing of the customer', () => {
    expect(toEvent(anEvent())).toEqual({
      id: 'ord-1',
      customerId: 'cus_1',
      type: 'page_view',
      occurredAt: new Date('2026-11-22T11:00:00Z'),
      amountCents: 0,
      properties: {},
      customerName: null,
      segment: null,
      country: null,
    });
  });
});
