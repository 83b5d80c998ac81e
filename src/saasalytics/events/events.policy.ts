import { isMoment, type ProblemItem } from '../../platform/http/index.js';

export const EVENT_LIMITS = {
  batch: 1_000,
  id: 64,
  text: 120,
  amountCents: 1_000_000_000,
  properties: 20,
  propertyText: 256,
  pastDays: 400,
  futureMinutes: 5,
  idPattern: '^[A-Za-z0-9][A-Za-z0-9._:@-]{0,63}$',
  typePattern: '^[a-z][a-z0-9_.]{0,63}$',
  countryPattern: '^[A-Z]{2}$',
} as const;

/** An event that may be stored. */
export interface AnalyticsEvent {
  readonly id: string;
  readonly customerId: string;
  readonly type: string;
  readonly occurredAt: Date;
  readonly amountCents: number;
  readonly properties: Readonly<Record<string, unknown>>;
  readonly customerName: string | null;
  readonly segment: string | null;
  readonly country: string | null;
}

type Fields = Readonly<Record<string, unknown>>;
/** Why a value is refused; undefined: it is fine. */
type Check = (value: unknown, now: number) => { message: string; fix: string } | undefined;

const ID = new RegExp(EVENT_LIMITS.idPattern);
const TYPE = new RegExp(EVENT_LIMITS.typePattern);
const COUNTRY = new RegExp(EVENT_LIMITS.countryPattern);
// Control characters and lone surrogates: jsonb and text columns refuse some of them, log readers trip over the rest.
const UNSAFE = /[\p{Cc}\p{Cs}]/u;

const ID_FIX = 'Send up to 64 characters: letters, digits and . _ : @ -, a letter or digit first.';
const TYPE_FIX = 'Send up to 64 characters: small letters, digits, _ and ., a letter first, such as invoice_paid.';

const REQUIRED: Readonly<Record<string, Check>> = {
  id: (value) => unless(matches(value, ID), 'It is not an id.', ID_FIX),
  customer_id: (value) => unless(matches(value, ID), 'It is not an id.', ID_FIX),
  type: (value) => unless(matches(value, TYPE), 'It is not an event type.', TYPE_FIX),
  occurred_at: checkTime,
};
const OPTIONAL: Readonly<Record<string, Check>> = {
  amount_cents: (value) =>
    unless(
      isAmount(value),
      'It is not a whole number of cents.',
      `Send a whole number from -${EVENT_LIMITS.amountCents} to ${EVENT_LIMITS.amountCents}.`,
    ),
  properties: checkProperties,
  customer_name: (value) =>
    unless(
      isText(value, EVENT_LIMITS.text) && value !== '',
      'It is not a name.',
      `Send 1 to ${EVENT_LIMITS.text} characters without control characters.`,
    ),
  segment: (value) => unless(matches(value, TYPE), 'It is not a segment.', TYPE_FIX),
  country: (value) => unless(matches(value, COUNTRY), 'It is not a country code.', 'Send two capital letters of ISO 3166-1, such as DE.'),
};
const CHECKS = { ...REQUIRED, ...OPTIONAL };

/** Every mistake of a batch, by JSON Pointer. */
export function mistakesOf(events: readonly unknown[], now: number): ProblemItem[] {
  return events.flatMap((event, i) =>
    isObject(event)
      ? mistakesOfEvent(event, `/events/${i}`, now)
      : [{ location: `/events/${i}`, message: 'It is not an object.', fix: 'Send one JSON object for each event.' }],
  );
}

/** @param event without mistakes. */
export function toEvent(event: Fields): AnalyticsEvent {
  const text = (name: string): string | null => (event[name] as string | undefined) ?? null;
  return {
    id: event['id'] as string,
    customerId: event['customer_id'] as string,
    type: event['type'] as string,
    occurredAt: new Date(event['occurred_at'] as string),
    amountCents: (event['amount_cents'] as number | undefined) ?? 0,
    properties: (event['properties'] as Fields | undefined) ?? {},
    customerName: text('customer_name'),
    segment: text('segment'),
    country: text('country'),
  };
}

function mistakesOfEvent(event: Fields, location: string, now: number): ProblemItem[] {
  const mistakes: ProblemItem[] = [];
  for (const name of Object.keys(REQUIRED)) {
    if (event[name] === undefined)
      mistakes.push({ location: `${location}/${name}`, message: 'It is missing.', fix: `Send ${name} with every event.` });
  }
  for (const [name, value] of Object.entries(event)) {
    if (value === undefined) continue;
    const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined;
    const mistake = check ? check(value, now) : { message: 'There is no such field.', fix: 'Remove it, or put it into properties.' };
    if (mistake) mistakes.push({ location: `${location}/${pointer(name)}`, ...mistake });
  }
  return mistakes;
}

function checkTime(value: unknown, now: number): ReturnType<Check> {
  if (!isMoment(value) || value.length === 10)
    return { message: 'It is not a date and time with offset.', fix: 'Send RFC 3339, such as 2026-11-20T09:30:00Z.' };
  const ageMinutes = (now - Date.parse(value)) / 60_000;
  const inside = ageMinutes <= EVENT_LIMITS.pastDays * 1_440 && ageMinutes >= -EVENT_LIMITS.futureMinutes;
  return unless(
    inside,
    'It is too long ago or in the future.',
    `Send events of the last ${EVENT_LIMITS.pastDays} days, at most ${EVENT_LIMITS.futureMinutes} minutes ahead of the server's clock.`,
  );
}

function checkProperties(value: unknown): ReturnType<Check> {
  if (!isObject(value)) return { message: 'It is not an object.', fix: 'Send a JSON object, or leave it out.' };
  const members = Object.entries(value);
  if (members.length > EVENT_LIMITS.properties)
    return { message: `It has ${members.length} members.`, fix: `Send at most ${EVENT_LIMITS.properties}.` };
  const wrong = members.find(([name, member]) => !isText(name, EVENT_LIMITS.id) || name === '' || !isScalar(member));
  return unless(
    !wrong,
    `The member "${pointer(wrong?.[0] ?? '')}" has a bad name or value.`,
    `Send names of 1 to ${EVENT_LIMITS.id} characters, and texts of up to ${EVENT_LIMITS.propertyText} characters, numbers, booleans or null.`,
  );
}

function isScalar(value: unknown): boolean {
  return (
    value === null ||
    typeof value === 'boolean' ||
    (typeof value === 'number' && Number.isFinite(value)) ||
    isText(value, EVENT_LIMITS.propertyText)
  );
}

function isAmount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Math.abs(value as number) <= EVENT_LIMITS.amountCents;
}

function isText(value: unknown, maxLength: number): boolean {
  return typeof value === 'string' && value.length <= maxLength && !UNSAFE.test(value);
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unless(fine: boolean, message: string, fix: string): ReturnType<Check> {
  return fine ? undefined : { message, fix };
}

// RFC 6901 §3, cut: the name is the client's.
function pointer(name: string): string {
  return name.slice(0, EVENT_LIMITS.id).replace(UNSAFE, '').replaceAll('~', '~0').replaceAll('/', '~1');
}
