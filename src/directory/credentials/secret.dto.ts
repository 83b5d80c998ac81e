import { ApiProperty } from '@nestjs/swagger';
import type { ClientSecret } from './client-secret.entity.js';

/** A stored secret, without the secret. */
export class SecretDocument {
  @ApiProperty({ description: 'Id of the secret.', example: 'sec_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ type: String, nullable: true, description: 'What it is for.', example: 'billing-export' })
  name!: string | null;

  @ApiProperty({ description: 'Last four characters of the secret, to tell two apart.', example: 'x7Qd' })
  hint!: string;

  @ApiProperty({ description: 'When it was made.', format: 'date-time', example: '2026-11-22T08:00:00.000Z' })
  created_at!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When it stops working; null: it does not.',
    example: null,
  })
  expires_at!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    format: 'date-time',
    description: 'When it was last used, to within 30 seconds; null: never.',
    example: '2026-11-22T09:12:30.000Z',
  })
  last_used_at!: string | null;

  static from({ id, name, hint, createdAt, expiresAt, lastUsedAt }: ClientSecret): SecretDocument {
    return {
      id,
      name,
      hint,
      created_at: createdAt.toISOString(),
      expires_at: expiresAt?.toISOString() ?? null,
      last_used_at: lastUsedAt?.toISOString() ?? null,
    };
  }
}

export class SecretList {
  @ApiProperty({ type: [SecretDocument] })
  data!: SecretDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Always null: a client has few secrets.', example: null })
  next_cursor!: string | null;

  static from(secrets: readonly ClientSecret[]): SecretList {
    return { data: secrets.map((secret) => SecretDocument.from(secret)), next_cursor: null };
  }
}

/** A new secret; its text is in this answer and in no other. */
export class MintedSecretDocument extends SecretDocument {
  @ApiProperty({ description: 'The client that holds it.', example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h' })
  client_id!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    example: 'csn_secret_4f9KZ…',
    description: 'The secret, shown once. null when an idempotent retry comes later than 60 seconds.',
  })
  client_secret!: string | null;
}
