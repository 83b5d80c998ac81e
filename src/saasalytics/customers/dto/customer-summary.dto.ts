import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { CustomerTotals, StoredCustomer, TypeCount } from '../customers.repository.js';
import { CustomerDocument } from './customer.dto.js';

@ApiSchema({ name: 'AnalyticsEventTypeCount' })
export class TypeCountDocument {
  @ApiProperty({ example: 'feature_used' })
  type!: string;

  @ApiProperty({ type: 'integer', example: 318 })
  count!: number;
}

@ApiSchema({ name: 'AnalyticsCustomerSummary' })
export class CustomerSummaryResponse {
  @ApiProperty({ type: CustomerDocument })
  customer!: CustomerDocument;

  @ApiProperty({ type: 'integer', description: 'All events.', example: 1240 })
  events!: number;

  @ApiProperty({ type: 'integer', description: 'Events of the last 30 days.', example: 391 })
  events_last_30_days!: number;

  @ApiProperty({ type: 'integer', description: 'Days of the last 30 (in UTC) with an event.', example: 22 })
  active_days_last_30!: number;

  @ApiProperty({ type: 'integer', description: 'Money that came in, in cents.', example: 44100 })
  revenue_cents!: number;

  @ApiProperty({ type: 'integer', description: 'Money that was paid back, in cents.', example: 4900 })
  refunded_cents!: number;

  @ApiProperty({ description: 'Currency of the account.', example: 'EUR' })
  currency!: string;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'The latest invoice_paid.',
    example: '2026-11-03T09:00:12.400Z',
  })
  last_invoice_at!: string | null;

  @ApiProperty({ type: [TypeCountDocument], description: 'The ten most frequent event types.' })
  top_event_types!: readonly TypeCountDocument[];

  static of(
    customer: StoredCustomer,
    { last_invoice_at, ...totals }: CustomerTotals,
    types: readonly TypeCount[],
  ): CustomerSummaryResponse {
    return {
      customer: CustomerDocument.of(customer),
      ...totals,
      last_invoice_at: last_invoice_at?.toISOString() ?? null,
      top_event_types: types,
    };
  }
}
