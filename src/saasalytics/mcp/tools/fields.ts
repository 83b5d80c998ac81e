import { z } from 'zod';
import { isMoment } from '../../../platform/http/index.js';

/** A field that takes a date or a date and time. */
export function moment(description: string): z.ZodType<string, string> {
  return z
    .string()
    .max(40)
    .refine(isMoment, 'Send a date such as 2026-11-01, or RFC 3339 date and time with offset such as 2026-11-01T09:30:00Z.')
    .describe(description);
}

/** A moment in answers. */
export const time = z.string().describe('RFC 3339 in UTC.');

export const customer = z.object({
  id: z.string(),
  name: z.string(),
  segment: z.string().nullable(),
  country: z.string().nullable().describe('ISO 3166-1 alpha-2.'),
  first_seen_at: time,
  last_seen_at: time,
});
