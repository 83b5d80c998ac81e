import { expect, it } from 'vitest';
import { changedFields, isCurrency, isTimezone } from './account.policy.js';

it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia', 'Asia/Kolkata', 'Etc/GMT+5'])('%s is a time zone', (zone) => {
  expect(isTimezone(zone)).toBe(true);
});

// PostgreSQL reads +01:00 as west of Greenwich, and abbreviations do not know when clocks change.
it.each(['', '+01:00', 'EST', 'Mars/Olympus', 'europe/berlin', 'Europe/Berlin\n', null, 1])('%j is no time zone', (zone) => {
  expect(isTimezone(zone)).toBe(false);
});

it('currencies are those of ISO 4217', () => {
  expect(['EUR', 'USD', 'eur', 'XXQ', '', null].map(isCurrency)).toEqual([true, true, false, false, false, false]);
});

it('a change names the fields that differ', () => {
  expect(
    changedFields({ currency: 'EUR', billing_email: 'a@b.example' }, { currency: 'EUR', billing_email: null, timezone: undefined }),
  ).toEqual(['billing_email']);
});
