import { DEMO_DAYS, type DemoCustomer } from './demo-customers.js';
import { COUNTRY_HOURS, SEGMENTS, type DemoProfile } from './demo-profiles.js';

export interface DemoEvent {
  readonly customerId: string;
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly amountCents: number;
  readonly properties: Readonly<Record<string, string | number>>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
// From Sunday on.
const WEEKDAYS = [0.3, 1.05, 1.15, 1.2, 1.1, 0.9, 0.35];
// From midnight on, in the customer's own time.
const HOURS = [1, 1, 1, 1, 1, 2, 5, 12, 30, 52, 58, 54, 38, 46, 56, 54, 46, 34, 20, 14, 11, 8, 5, 2].map(
  (weight, hour) => [hour, weight] as const,
);
const USAGE = [
  ['page_view', 46],
  ['feature_used', 34],
  ['session_started', 10],
  ['report_viewed', 8],
  ['invite_sent', 2],
] as const;
const PAGES = [
  ['/dashboard', 40],
  ['/reports', 18],
  ['/customers', 16],
  ['/settings', 8],
  ['/billing', 6],
  ['/integrations', 12],
] as const;
const FEATURES = [
  ['export', 22],
  ['segment_builder', 18],
  ['alerts', 20],
  ['api_call', 26],
  ['funnel', 14],
] as const;
const BILLING_DAYS = 30;

/** What a customer does in the 90 days from `start` (a UTC midnight), in the order of time. */
export function demoEvents(profile: DemoProfile, customer: DemoCustomer, start: number): DemoEvent[] {
  const end = start + DEMO_DAYS * DAY_MS;
  const events = [...signup(customer, start), ...usage(profile, customer, start), ...billing(customer, start)];
  return events.filter((event) => event.time >= start && event.time < end).sort((a, b) => a.time - b.time);
}

function signup(customer: DemoCustomer, start: number): DemoEvent[] {
  const { signupDay, segment, random } = customer;
  if (signupDay < 0) return [];
  const time = momentOf(customer, start, signupDay);
  const first = event(customer, 'signup', time, { plan: SEGMENTS[segment].plan });
  const looks = Array.from({ length: random.integer(2, 8) }, (_, i) =>
    usageEvent(customer, time + (i + 1) * random.integer(20_000, 400_000)),
  );
  return [first, ...looks];
}

function usage(profile: DemoProfile, customer: DemoCustomer, start: number): DemoEvent[] {
  const { signupDay, churnDay, segment, activity, random } = customer;
  const events: DemoEvent[] = [];
  for (let day = Math.max(0, signupDay + 1); day <= (churnDay ?? DEMO_DAYS - 1); day++) {
    const weekday = WEEKDAYS[new Date(start + day * DAY_MS).getUTCDay()] ?? 1;
    // Who is about to leave does less and less.
    const interest = churnDay !== undefined && churnDay - day < 14 ? (churnDay - day) / 20 : 1;
    const growth = 0.85 + (0.3 * day) / DEMO_DAYS;
    const count = random.around(profile.dailyEvents * SEGMENTS[segment].activity * activity * weekday * growth * interest);
    for (let i = 0; i < count; i++) events.push(usageEvent(customer, momentOf(customer, start, day)));
  }
  return events;
}

function usageEvent(customer: DemoCustomer, time: number): DemoEvent {
  const { random } = customer;
  const type = random.pick(USAGE);
  if (type === 'page_view') return event(customer, type, time, { path: random.pick(PAGES) });
  if (type === 'feature_used') return event(customer, type, time, { feature: random.pick(FEATURES) });
  return event(customer, type, time, {});
}

function billing(customer: DemoCustomer, start: number): DemoEvent[] {
  const { subscriptionDay, churnDay, segment, random } = customer;
  if (subscriptionDay === undefined || (churnDay !== undefined && churnDay < subscriptionDay)) return [];
  const { plan, priceCents } = SEGMENTS[segment];
  const events = [event(customer, 'subscription_started', momentOf(customer, start, subscriptionDay), { plan })];
  for (let day = subscriptionDay; day < (churnDay ?? DEMO_DAYS); day += BILLING_DAYS) {
    const time = momentOf(customer, start, day);
    const seats = 1 + Math.floor((day - subscriptionDay) / 120);
    events.push({ ...event(customer, 'invoice_paid', time + 60_000, { plan, seats }), amountCents: priceCents * seats });
    if (random.chance(0.025))
      events.push({ ...event(customer, 'refund', time + random.integer(1, 6) * DAY_MS, { plan }), amountCents: -priceCents });
  }
  if (churnDay !== undefined) events.push(event(customer, 'subscription_canceled', momentOf(customer, start, churnDay), { plan }));
  return events;
}

function momentOf({ country, random }: DemoCustomer, start: number, day: number): number {
  const hour = random.pick(HOURS) - COUNTRY_HOURS[country];
  return start + day * DAY_MS + hour * HOUR_MS + random.integer(0, HOUR_MS - 1);
}

function event({ id }: DemoCustomer, type: string, time: number, properties: DemoEvent['properties']): DemoEvent {
  return { customerId: id, type, time, amountCents: 0, properties };
}
