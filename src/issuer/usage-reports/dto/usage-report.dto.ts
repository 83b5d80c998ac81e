import { ApiProperty, ApiPropertyOptional, ApiSchema } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsString, IsUUID, Length } from 'class-validator';
import { USAGE_REPORT_LIMITS, type UsageEntry } from '@countersign/resource-server';

/** One entry as it is sent. `usage-entries.policy.ts` checks it: five hundred are too many for a decorator per field. */
@ApiSchema({ name: 'UsageReportEntry' })
export class IncomingUsageEntry implements UsageEntry {
  @ApiProperty({
    description: 'Start of the minute in UTC, within the last 7 days.',
    format: 'date-time',
    example: '2026-11-22T08:41:00.000Z',
  })
  minute!: string;

  @ApiPropertyOptional({ description: 'The `client_id` of the token.', example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h' })
  client_id?: string;

  @ApiPropertyOptional({ description: 'Its `cred`.', example: 'sec_01kamx4f5ye8wvq3m2ts6dgn0h' })
  credential_id?: string;

  @ApiPropertyOptional({
    description: 'Its `grant`.',
    example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h.api_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  grant_id?: string;

  @ApiProperty({
    description: 'One of a fixed set of names; never a URL with ids in it.',
    pattern: USAGE_REPORT_LIMITS.operationPattern,
    example: 'InvoicesController.list',
  })
  operation!: string;

  @ApiProperty({
    description: 'What the operation needs.',
    type: [String],
    maxItems: USAGE_REPORT_LIMITS.scopes,
    example: ['read:invoices'],
  })
  scopes!: string[];

  @ApiProperty({
    description: '`accepted`, or the code of the refusal.',
    pattern: USAGE_REPORT_LIMITS.resultPattern,
    example: 'accepted',
  })
  result!: string;

  @ApiProperty({ description: 'How many calls.', type: 'integer', minimum: 1, maximum: USAGE_REPORT_LIMITS.count, example: 1_284 })
  count!: number;
}

@ApiSchema({ name: 'UsageReport' })
export class UsageReportBody {
  @ApiProperty({
    description: 'A UUID of your choice, the same for every attempt to send this report: it is counted once.',
    format: 'uuid',
    example: '6f1c4a1e-3f0b-4c39-a6b4-0f4d6f0c8a52',
  })
  @IsUUID()
  report_id!: string;

  @ApiProperty({
    description: 'Identifier of the API, which must be the one whose credentials are sent.',
    example: 'https://api.example.com',
  })
  @Length(1, 255)
  @IsString()
  audience!: string;

  @ApiProperty({ type: [IncomingUsageEntry], minItems: 1, maxItems: USAGE_REPORT_LIMITS.entries })
  @ArrayMaxSize(USAGE_REPORT_LIMITS.entries, { message: `The report has more than ${USAGE_REPORT_LIMITS.entries} entries.` })
  @ArrayMinSize(1, { message: 'The report is empty.' })
  @IsArray()
  entries!: unknown[];
}

export class UsageReceipt {
  @ApiProperty({ example: '6f1c4a1e-3f0b-4c39-a6b4-0f4d6f0c8a52' })
  report_id!: string;

  @ApiProperty({
    enum: ['counted', 'already_counted'],
    description: 'Whether this attempt counted it, or an earlier one.',
    example: 'counted',
  })
  status!: 'counted' | 'already_counted';
}
