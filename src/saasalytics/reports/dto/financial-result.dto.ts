import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'FinancialReportLine' })
export class FinancialLine {
  @ApiProperty({ description: 'The month (2026-10) or the segment.', example: '2026-10' })
  name!: string;

  @ApiProperty({ type: 'integer', example: 2214300 })
  gross_cents!: number;

  @ApiProperty({ type: 'integer', example: 34300 })
  refunded_cents!: number;

  @ApiProperty({ type: 'integer', example: 2180000 })
  net_cents!: number;
}

@ApiSchema({ name: 'FinancialReportResult' })
export class FinancialResult {
  @ApiProperty({ example: 'EUR' })
  currency!: string;

  @ApiProperty({ type: 'integer', description: 'Money that came in.', example: 2214300 })
  gross_cents!: number;

  @ApiProperty({ type: 'integer', description: 'Money that was paid back.', example: 34300 })
  refunded_cents!: number;

  @ApiProperty({ type: 'integer', description: 'The difference.', example: 2180000 })
  net_cents!: number;

  @ApiProperty({ type: 'integer', description: 'Events of type invoice_paid.', example: 287 })
  invoices!: number;

  @ApiProperty({ type: 'integer', description: 'Events of type refund.', example: 6 })
  refunds!: number;

  @ApiProperty({ type: 'integer', description: 'Customers from whom money came in.', example: 264 })
  paying_customers!: number;

  @ApiProperty({ type: 'integer', description: 'Net divided by paying customers.', example: 8258 })
  net_per_paying_customer_cents!: number;

  @ApiProperty({ type: 'integer', description: 'Events of type subscription_started.', example: 41 })
  subscriptions_started!: number;

  @ApiProperty({ type: 'integer', description: 'Events of type subscription_canceled.', example: 12 })
  subscriptions_canceled!: number;

  @ApiProperty({ type: [FinancialLine] })
  by_month!: FinancialLine[];

  @ApiProperty({ type: [FinancialLine], description: 'The twenty segments with most net revenue.' })
  by_segment!: FinancialLine[];
}
