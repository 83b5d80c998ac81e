import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { StoredCustomer } from '../customers.repository.js';

@ApiSchema({ name: 'AnalyticsCustomer' })
export class CustomerDocument {
  @ApiProperty({ example: 'cus_0042' })
  id!: string;

  @ApiProperty({ description: 'Its name; the id until an event brings one.', example: 'Northwind Traders' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, example: 'mid_market' })
  segment!: string | null;

  @ApiProperty({ type: String, nullable: true, example: 'DE' })
  country!: string | null;

  @ApiProperty({ format: 'date-time', description: 'Its first event.', example: '2026-08-25T08:12:44.120Z' })
  first_seen_at!: string;

  @ApiProperty({ format: 'date-time', description: 'Its latest event.', example: '2026-11-21T16:40:03.870Z' })
  last_seen_at!: string;

  static of(customer: StoredCustomer): CustomerDocument {
    const { id, name, segment, country, first_seen_at, last_seen_at } = customer;
    return { id, name, segment, country, first_seen_at: first_seen_at.toISOString(), last_seen_at: last_seen_at.toISOString() };
  }
}

@ApiSchema({ name: 'AnalyticsCustomerList' })
export class CustomerListResponse {
  @ApiProperty({ type: [CustomerDocument] })
  data!: CustomerDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Position of the next page; null on the last.', example: 'Y3VzXzAwNDI' })
  next_cursor!: string | null;
}
