import { ValidateBy, type ValidationOptions } from 'class-validator';

const MOMENT = /^(20\d{2}-\d{2}-\d{2})(?:T([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d))?$/;

/** A date (`2026-11-01`, midnight in the zone of the request, else UTC) or an RFC 3339 date and time with its offset, of this century. */
export function isMoment(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const date = MOMENT.exec(value)?.[1];
  if (date === undefined) return false;
  // Date accepts 30 February and calls it 2 March; PostgreSQL does not.
  const time = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

export function IsMoment(options?: ValidationOptions): PropertyDecorator {
  const defaultMessage = (): string =>
    'It is neither a date such as 2026-11-01 nor a date and time with offset such as 2026-11-01T09:30:00Z.';
  return ValidateBy({ name: 'isMoment', validator: { validate: isMoment, defaultMessage } }, options);
}
