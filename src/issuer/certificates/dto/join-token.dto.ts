import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { Omittable } from '../../../directory/administration/index.js';
import type { JoinTokenRow } from '../join-tokens.repository.js';

export const DEFAULT_JOIN_SECONDS = 600;

export class CreateJoinToken {
  @ApiPropertyOptional({
    description: 'Seconds until it is worthless.',
    minimum: 60,
    maximum: 3600,
    default: DEFAULT_JOIN_SECONDS,
    example: 600,
  })
  @Omittable()
  @IsInt()
  @Min(60)
  @Max(3600)
  lifetime_seconds?: number;
}

export class JoinTokenDocument {
  @ApiProperty({ description: 'Id of the join token.', example: 'jtk_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ description: 'The microservice that it lets join.', example: 'svc_01kamx4f5ye8wvq3m2ts6dgn0h' })
  microservice_id!: string;

  @ApiProperty({ description: 'Last four characters of the token, to tell two apart.', example: 'x7Qd' })
  hint!: string;

  @ApiProperty({ format: 'date-time', description: 'When it was made.', example: '2026-11-22T08:00:00.000Z' })
  created_at!: string;

  @ApiProperty({ format: 'date-time', description: 'When it stops working.', example: '2026-11-22T08:10:00.000Z' })
  expires_at!: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'When it was used; null: not yet.', example: null })
  used_at!: string | null;

  static from(row: JoinTokenRow): JoinTokenDocument {
    return {
      id: row.id,
      microservice_id: row.microservice_id,
      hint: row.hint,
      created_at: row.created_at.toISOString(),
      expires_at: row.expires_at.toISOString(),
      used_at: row.used_at?.toISOString() ?? null,
    };
  }
}

/** A new join token; its text is in this answer and in no other. */
export class MintedJoinToken extends JoinTokenDocument {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The token, shown once. null when an idempotent retry comes later than 60 seconds.',
    example: 'csn_join_4f9KZ…',
  })
  join_token!: string | null;

  @ApiProperty({ description: 'What the certificate will name.', example: 'spiffe://prod.example.com/billing' })
  spiffe_id!: string;

  @ApiProperty({ type: [String], description: 'The authorities of the trust domain, PEM.', example: ['-----BEGIN CERTIFICATE-----\n…'] })
  ca_certificates!: string[];
}

export class JoinTokenList {
  @ApiProperty({ type: [JoinTokenDocument] })
  data!: JoinTokenDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Always null: only the newest hundred are listed.', example: null })
  next_cursor!: string | null;

  static from(rows: readonly JoinTokenRow[]): JoinTokenList {
    return { data: rows.map((row) => JoinTokenDocument.from(row)), next_cursor: null };
  }
}
