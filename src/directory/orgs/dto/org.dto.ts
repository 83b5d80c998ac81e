import { ApiProperty } from '@nestjs/swagger';
import { GrantDocument } from '../../api-resources/index.js';
import type { Org } from '../org.entity.js';

export class OrgDocument {
  @ApiProperty({ description: 'Id of the organization.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ description: 'Name for people.', example: 'Acme Inc.' })
  name!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Its id in your own systems.', example: 'crm-4711' })
  external_id!: string | null;

  @ApiProperty({
    enum: ['active', 'suspended'],
    description: 'A suspended organization gets no tokens, and those it has are refused.',
    example: 'active',
  })
  status!: string;

  @ApiProperty({ type: [GrantDocument], nullable: true, description: 'The most its principals can be granted; null: no limit.' })
  ceiling!: GrantDocument[] | null;

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'How long a new API key or personal access token may live; null: a year.',
    example: null,
  })
  max_api_key_lifetime_seconds!: number | null;

  @ApiProperty({ format: 'date-time', description: 'When it was created.', example: '2026-11-22T08:00:00.000Z' })
  created_at!: string;

  @ApiProperty({ format: 'date-time', description: 'When it was last changed.', example: '2026-11-22T08:00:00.000Z' })
  updated_at!: string;

  static from(org: Org): OrgDocument {
    return {
      id: org.id,
      name: org.name,
      external_id: org.externalId,
      status: org.status,
      ceiling: org.ceiling?.map(({ audience, scopes }) => ({ audience, scopes: [...scopes] })) ?? null,
      max_api_key_lifetime_seconds: org.maxApiKeyLifetimeSeconds,
      created_at: org.createdAt.toISOString(),
      updated_at: org.updatedAt.toISOString(),
    };
  }
}

export class OrgList {
  @ApiProperty({ type: [OrgDocument] })
  data!: OrgDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last.', example: null })
  next_cursor!: string | null;
}

/** The organization and what its suspension touches. */
export class OrgSuspensionDocument extends OrgDocument {
  @ApiProperty({ description: 'True: nothing was changed.', example: false })
  dry_run!: boolean;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { service_principals: 3, live_secrets: 4 },
    description: 'What stops working: active service principals, live secrets and so on.',
  })
  affected!: Record<string, number>;
}
