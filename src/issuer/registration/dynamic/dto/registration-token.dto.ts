import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { IsDisplayText, Omittable } from '../../../../directory/administration/index.js';
import type { RegistrationTokenRow } from '../registration-tokens.repository.js';

export const DEFAULT_TOKEN_SECONDS = 86_400;

export class CreateRegistrationToken {
  @ApiPropertyOptional({ description: 'Who gets it, and what for.', example: 'The agents team, test environment' })
  @Omittable()
  @IsDisplayText(200)
  note?: string;

  @ApiPropertyOptional({ description: 'How many apps can be registered with it.', minimum: 1, maximum: 10_000, default: 1, example: 25 })
  @Omittable()
  @Min(1)
  @Max(10_000)
  @IsInt()
  max_uses?: number;

  @ApiPropertyOptional({
    description: 'Seconds until it is worthless.',
    minimum: 300,
    maximum: 7_776_000,
    default: DEFAULT_TOKEN_SECONDS,
    example: DEFAULT_TOKEN_SECONDS,
  })
  @Omittable()
  @Min(300)
  @Max(7_776_000)
  @IsInt()
  lifetime_seconds?: number;
}

export class RegistrationTokenDocument {
  @ApiProperty({ description: 'Id of the token.', example: 'rgt_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ description: 'Last four characters of the token, to tell two apart.', example: 'x7Qd' })
  hint!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Who got it, and what for.', example: 'The agents team' })
  note!: string | null;

  @ApiProperty({ description: 'How many apps can be registered with it.', example: 25 })
  max_uses!: number;

  @ApiProperty({ description: 'How many have been.', example: 3 })
  uses!: number;

  @ApiProperty({ description: 'Who made it.', example: 'sp_01kaj6q8f2e4tbp0m9d3s7x5zc' })
  created_by!: string;

  @ApiProperty({ format: 'date-time', description: 'When it was made.', example: '2026-11-22T08:00:00.000Z' })
  created_at!: string;

  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'When it was used last; null: not yet.', example: null })
  last_used_at!: string | null;

  @ApiProperty({ format: 'date-time', description: 'When it stops working.', example: '2026-11-23T08:00:00.000Z' })
  expires_at!: string;

  static from(row: RegistrationTokenRow): RegistrationTokenDocument {
    const { id, hint, note, max_uses, uses, created_by } = row;
    return {
      id,
      hint,
      note,
      max_uses,
      uses,
      created_by,
      created_at: row.created_at.toISOString(),
      last_used_at: row.last_used_at?.toISOString() ?? null,
      expires_at: row.expires_at.toISOString(),
    };
  }
}

/** A new one; its text is in this answer and in no other. */
export class MintedRegistrationToken extends RegistrationTokenDocument {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The initial access token, shown once. null when an idempotent retry comes later than 60 seconds.',
    example: 'csn_init_4f9KZ…',
  })
  registration_token!: string | null;
}

export class RegistrationTokenList {
  @ApiProperty({ type: [RegistrationTokenDocument] })
  data!: RegistrationTokenDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Always null: only the newest hundred are listed.', example: null })
  next_cursor!: string | null;

  static from(rows: readonly RegistrationTokenRow[]): RegistrationTokenList {
    return { data: rows.map((row) => RegistrationTokenDocument.from(row)), next_cursor: null };
  }
}
