import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PRINCIPAL_TYPES, type PrincipalType } from '@countersign/oauth';

export class IntrospectionForm {
  @ApiProperty({ description: 'The token in question.' })
  token!: string;
  @ApiPropertyOptional({ example: 'access_token', description: 'A hint; it is not needed, and a wrong one does no harm.' })
  token_type_hint?: string;
  @ApiPropertyOptional({ example: 'api_01kamx4f5ye8wvq3m2ts6dgn0h' })
  client_id?: string;
  @ApiPropertyOptional({ format: 'password' })
  client_secret?: string;
}

/** RFC 7662 §2.2. Of an inactive token there is `active` and nothing else. */
export class IntrospectionDocument {
  @ApiProperty({ description: 'False for whatever is unknown, expired, revoked, of the other zone, or none of the caller’s business.' })
  active!: boolean;
  @ApiPropertyOptional({ example: 'Bearer', enum: ['Bearer', 'DPoP'], description: 'Of access tokens.' })
  token_type?: string;
  @ApiPropertyOptional({ example: 'http://localhost:3000' })
  iss?: string;
  @ApiPropertyOptional({ example: 'sp_01kaj6q8f2e4tbp0m9d3s7x5zc', description: 'The client itself, or the person it acts for.' })
  sub?: string;
  @ApiPropertyOptional({ example: 'http://localhost:3000/analytics' })
  aud?: string;
  @ApiPropertyOptional({ example: 'sp_01kaj6q8f2e4tbp0m9d3s7x5zc' })
  client_id?: string;
  @ApiPropertyOptional({ example: 'read:analytics-data' })
  scope?: string;
  @ApiPropertyOptional({
    example: 1795251600,
    description: 'Seconds since 1970; of a refresh token, when it ends unless it is used before.',
  })
  exp?: number;
  @ApiPropertyOptional({ example: 1795248000 })
  iat?: number;
  @ApiPropertyOptional({ example: 1795248000 })
  nbf?: number;
  @ApiPropertyOptional({ example: '0b6c8c0e-7f0e-4a55-9d2c-9d0a6a3c1e11' })
  jti?: string;
  @ApiPropertyOptional({ enum: PRINCIPAL_TYPES, description: 'What the client is.' })
  principal_type?: PrincipalType;
  @ApiPropertyOptional({ example: 'org_01kaj6q8f2e4tbp0m9d3s7x5zc' })
  org_id?: string;
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'Who acts, of a delegated token (RFC 8693 §4.1).' })
  act?: object;
  @ApiPropertyOptional({ type: 'object', additionalProperties: true, description: 'The key that who presents it must prove (RFC 7800).' })
  cnf?: object;
  @ApiPropertyOptional({ example: 1795247990, description: 'When the person signed in.' })
  auth_time?: number;
  @ApiPropertyOptional({ description: 'How strongly.' })
  acr?: string;
  @ApiPropertyOptional({ type: [String], description: 'And by what (RFC 8176).' })
  amr?: string[];
  @ApiPropertyOptional({
    type: [String],
    description: 'Of an API key: networks from which it may be used (ours).',
    example: ['203.0.113.0/24'],
  })
  allowed_ips?: string[];
}
