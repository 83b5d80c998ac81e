import { ApiProperty } from '@nestjs/swagger';
import type { ApiKey } from '../api-key.entity.js';
import { REVOCATION_REASONS } from '../api-key.entity.js';

class ApiKeyOwnerDocument {
  @ApiProperty({ enum: ['org', 'user'], description: 'An organization has keys, a person has personal access tokens.', example: 'org' })
  type!: 'org' | 'user';

  @ApiProperty({ description: 'Id of the owner.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;
}

/** A key, without the key. */
export class ApiKeyDocument {
  @ApiProperty({
    description: 'Id: key_… of an organization, pat_… of a person; the client_id of an exchange.',
    example: 'key_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  id!: string;

  @ApiProperty({ description: 'What it is for.', example: 'nightly-export' })
  name!: string;

  @ApiProperty({ description: 'Organization whose data it reaches.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' })
  org_id!: string;

  @ApiProperty({ type: ApiKeyOwnerDocument, description: 'Whose it is.' })
  owner!: ApiKeyOwnerDocument;

  @ApiProperty({ description: 'Identifier of the one API that takes it.', example: 'https://api.example.com/analytics' })
  audience!: string;

  @ApiProperty({ type: [String], description: 'What it was given.', example: ['read:analytics-data'] })
  scopes!: string[];

  @ApiProperty({ type: [String], description: 'Networks from which it works; empty: any.', example: ['203.0.113.0/24'] })
  allowed_ips!: string[];

  @ApiProperty({ description: 'Last four characters of the key, to tell two apart.', example: 'x7Qd' })
  hint!: string;

  @ApiProperty({ enum: ['active', 'expired', 'revoked'], description: 'Ended keys stay in lists for 30 days.', example: 'active' })
  status!: string;

  @ApiProperty({ description: 'Who made it.', example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h' })
  created_by!: string;

  @ApiProperty({ format: 'date-time', description: 'When it was made.', example: '2026-11-22T08:00:00.000Z' })
  created_at!: string;

  @ApiProperty({ format: 'date-time', description: 'When it stops working.', example: '2027-02-20T08:00:00.000Z' })
  expires_at!: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'When it was revoked; null: it was not.', example: null })
  revoked_at!: string | null;

  @ApiProperty({
    type: String,
    enum: [...REVOCATION_REASONS, null],
    nullable: true,
    description: 'Why: leaked means that a secret scanner found it in public.',
    example: null,
  })
  revoked_reason!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The key that took its place in a rotation.', example: null })
  replaced_by!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When it was last used, to within 30 seconds (90 at APIs in other processes); null: never.',
    example: '2026-11-22T09:12:30.000Z',
  })
  last_used_at!: string | null;

  static from(key: ApiKey, audience: string): ApiKeyDocument {
    const { id, name, orgId, userId, scopes, allowedIps, hint, createdBy } = key;
    return {
      id,
      name,
      org_id: orgId,
      owner: userId === null ? { type: 'org', id: orgId } : { type: 'user', id: userId },
      audience,
      scopes: [...scopes],
      allowed_ips: [...allowedIps],
      hint,
      status: key.status(),
      created_by: createdBy,
      created_at: key.createdAt.toISOString(),
      expires_at: key.expiresAt.toISOString(),
      revoked_at: key.revokedAt?.toISOString() ?? null,
      revoked_reason: key.revokedReason,
      replaced_by: key.replacedBy,
      last_used_at: key.lastUsedAt?.toISOString() ?? null,
    };
  }
}

export class ApiKeyList {
  @ApiProperty({ type: [ApiKeyDocument] })
  data!: ApiKeyDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last.', example: null })
  next_cursor!: string | null;
}

/** A new key; its text is in this answer and in no other. */
export class MintedApiKeyDocument extends ApiKeyDocument {
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'csn_key_live_4f9KZ…',
    description: 'The key, shown once. null when an idempotent retry comes later than 60 seconds.',
  })
  key!: string | null;
}
