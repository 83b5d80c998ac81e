import { ApiProperty } from '@nestjs/swagger';
import { USAGE_RESULTS } from '../usage-line.js';
import type { UsageDimension, UsageRow, UsageSum } from '../usage.repository.js';

/** The field that a sum by each dimension fills. */
const FIELDS = {
  principal: 'principal',
  credential: 'credential_id',
  org: 'org_id',
  api: 'api_id',
  operation: 'operation',
  scope: 'scopes',
  result: 'result',
} as const satisfies Record<UsageDimension, string>;

const ANY_KIND = {
  hour: null,
  api_id: null,
  org_id: null,
  principal: null,
  credential_id: null,
  grant_id: null,
  operation: null,
  scopes: null,
  result: null,
};

export class UsageDocument {
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Start of the hour; null in a sum.',
    example: '2026-11-22T08:00:00.000Z',
  })
  hour!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Id of the API that was called.', example: 'api_01kamx4f5ye8wvq3m2ts6dgn0h' })
  api_id!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Its identifier.', example: 'https://api.example.com' })
  audience!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Organization of the client; for an app, of the person who allowed it. Null where there is none, or nobody was proven.',
    example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  org_id!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The client that called; null where nobody was proven.',
    example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  principal!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The secret or key behind its token.',
    example: 'sec_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  credential_id!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The grant, consent or policy on which the token stood.',
    example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h.api_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  grant_id!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'What was called, as the API names it; `other`: operations that are not told apart.',
    example: 'InvoicesController.list',
  })
  operation!: string | null;

  @ApiProperty({ type: [String], nullable: true, description: 'What the operation needs.', example: ['read:invoices'] })
  scopes!: readonly string[] | null;

  @ApiProperty({
    type: String,
    enum: [...USAGE_RESULTS, null],
    nullable: true,
    description: '`accepted`, or the code of the refusal.',
    example: 'accepted',
  })
  result!: string | null;

  @ApiProperty({ type: 'integer', description: 'How many calls.', example: 1_284 })
  calls!: number;

  @ApiProperty({ format: 'date-time', description: 'The minute of the last one.', example: '2026-11-22T08:41:00.000Z' })
  last_seen_at!: string;

  static from(row: UsageRow, audience: string | undefined): UsageDocument {
    const { api_id, org_id, client_id: principal, credential_id, grant_id, operation, scopes, result } = row;
    const kind = { api_id, audience: audience ?? null, org_id, principal, credential_id, grant_id, operation, scopes, result };
    return { hour: row.hour.toISOString(), ...kind, ...figuresOf(row) };
  }

  static ofSum(sum: UsageSum, dimension: UsageDimension, audience: string | undefined): UsageDocument {
    const value = dimension !== 'scope' ? sum.value : sum.value === null ? [] : [sum.value];
    return { ...ANY_KIND, audience: audience ?? null, [FIELDS[dimension]]: value, ...figuresOf(sum) };
  }
}

export class UsageList {
  @ApiProperty({ type: [UsageDocument] })
  data!: UsageDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last.', example: null })
  next_cursor!: string | null;
}

function figuresOf({ calls, last_seen_at }: UsageRow | UsageSum): { calls: number; last_seen_at: string } {
  return { calls: Number(calls), last_seen_at: last_seen_at.toISOString() };
}
