import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray } from 'class-validator';
import { EVENT_LIMITS } from '../events.policy.js';

/** One event as it is sent. `events.policy.ts` checks it: a thousand of them are too many for a decorator per field. */
@ApiSchema({ name: 'AnalyticsEvent' })
export class IncomingEvent {
  @ApiProperty({
    description: 'Your id of the event; the same id is stored once. Letters, digits and . _ : @ -',
    maxLength: EVENT_LIMITS.id,
    pattern: EVENT_LIMITS.idPattern,
    example: 'ord-2026-000184',
  })
  id!: string;

  @ApiProperty({
    description: 'Your id of the customer.',
    maxLength: EVENT_LIMITS.id,
    pattern: EVENT_LIMITS.idPattern,
    example: 'cus_0042',
  })
  customer_id!: string;

  @ApiProperty({
    description:
      'What happened, in snake_case. invoice_paid, refund, subscription_started and subscription_canceled have a meaning in financial reports.',
    maxLength: EVENT_LIMITS.id,
    pattern: EVENT_LIMITS.typePattern,
    example: 'invoice_paid',
  })
  type!: string;

  @ApiProperty({
    description: 'When it happened (RFC 3339 with offset): within the last 400 days, at most 5 minutes ahead.',
    format: 'date-time',
    example: '2026-11-20T09:30:00Z',
  })
  occurred_at!: string;

  @ApiPropertyOptional({
    description: 'Money that came in (or, below zero, went out), in cents of the account currency.',
    type: 'integer',
    minimum: -EVENT_LIMITS.amountCents,
    maximum: EVENT_LIMITS.amountCents,
    default: 0,
    example: 4900,
  })
  amount_cents?: number;

  @ApiPropertyOptional({
    description: 'Up to 20 members of your own: texts of up to 256 characters, numbers, booleans or null.',
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] },
    example: { plan: 'growth', seats: 12 },
  })
  properties?: Record<string, string | number | boolean | null>;

  @ApiPropertyOptional({
    description: 'Name of the customer; the newest one is kept.',
    maxLength: EVENT_LIMITS.text,
    example: 'Northwind Traders',
  })
  customer_name?: string;

  @ApiPropertyOptional({
    description: 'Segment of the customer, for group_by=segment.',
    maxLength: EVENT_LIMITS.id,
    pattern: EVENT_LIMITS.typePattern,
    example: 'mid_market',
  })
  segment?: string;

  @ApiPropertyOptional({
    description: 'Country of the customer (ISO 3166-1 alpha-2).',
    pattern: EVENT_LIMITS.countryPattern,
    example: 'DE',
  })
  country?: string;
}

@ApiSchema({ name: 'IngestEventsRequest' })
export class IngestEventsRequest {
  @ApiProperty({ type: [IncomingEvent], minItems: 1, maxItems: EVENT_LIMITS.batch })
  @ArrayMaxSize(EVENT_LIMITS.batch, { message: `The batch has more than ${EVENT_LIMITS.batch} events.` })
  @ArrayMinSize(1, { message: 'The batch is empty.' })
  @IsArray()
  events!: unknown[];
}

@ApiSchema({ name: 'IngestEventsResponse' })
export class IngestEventsResponse {
  @ApiProperty({ description: 'Events stored by this request.', type: 'integer', example: 998 })
  accepted!: number;

  @ApiProperty({ description: 'Events whose id was stored before, or twice in the batch.', type: 'integer', example: 2 })
  duplicates!: number;
}
