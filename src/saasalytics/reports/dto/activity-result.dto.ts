import { ApiProperty, ApiSchema } from '@nestjs/swagger';

@ApiSchema({ name: 'ActivityReportType' })
export class ActivityOfType {
  @ApiProperty({ example: 'feature_used' })
  type!: string;

  @ApiProperty({ type: 'integer', example: 15310 })
  events!: number;

  @ApiProperty({ type: 'integer', description: 'Customers with such an event.', example: 402 })
  customers!: number;
}

@ApiSchema({ name: 'ActivityReportCustomer' })
export class ActivityOfCustomer {
  @ApiProperty({ example: 'cus_0042' })
  id!: string;

  @ApiProperty({ example: 'Northwind Traders' })
  name!: string;

  @ApiProperty({ type: 'integer', example: 1240 })
  events!: number;
}

@ApiSchema({ name: 'ActivityReportResult' })
export class ActivityResult {
  @ApiProperty({ type: 'integer', example: 48211 })
  events!: number;

  @ApiProperty({ type: 'integer', description: 'Customers with an event in the period.', example: 412 })
  active_customers!: number;

  @ApiProperty({ type: 'integer', description: 'Customers first seen in the period.', example: 61 })
  new_customers!: number;

  @ApiProperty({ type: 'integer', description: 'Customers seen before the period and not in it.', example: 18 })
  inactive_customers!: number;

  @ApiProperty({ type: String, nullable: true, format: 'date', description: 'The day with most events.', example: '2026-10-21' })
  busiest_day!: string | null;

  @ApiProperty({ type: [ActivityOfType], description: 'The twenty most frequent event types.' })
  by_type!: ActivityOfType[];

  @ApiProperty({ type: [ActivityOfCustomer], description: 'The ten most active customers.' })
  top_customers!: ActivityOfCustomer[];
}
