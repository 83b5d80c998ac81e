import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export const LABELS = ['true_positive', 'false_positive'] as const;

/** What a scanner found, in the form of GitHub's partner program. */
export class FoundSecret {
  @ApiProperty({ description: 'The text that looks like a key.', example: 'csn_key_live_4f9KZ…' })
  token!: string;
  @ApiPropertyOptional({ description: 'What the scanner calls its kind.', example: 'countersign_api_key' })
  type?: string;
  @ApiPropertyOptional({ description: 'Where it stands.', example: 'https://github.com/octocat/hello/blob/main/.env' })
  url?: string;
  @ApiPropertyOptional({ description: 'In what.', example: 'content' })
  source?: string;
}

export class SecretVerdict {
  @ApiProperty({ description: 'SHA-256 of the token, base64.', example: 'p0mJ9ykGqYxkM0l1c8k4cLhVtZIoVYsWLs7yyS0cB7E=' })
  token_hash!: string;
  @ApiProperty({ description: 'As reported.', example: 'countersign_api_key' })
  token_type!: string;
  @ApiProperty({ enum: LABELS, description: 'true_positive: it was a key, and is revoked now.', example: 'true_positive' })
  label!: (typeof LABELS)[number];
}
