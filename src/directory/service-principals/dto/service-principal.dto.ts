import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { GrantDocument } from '../../api-resources/index.js';
import { SecretDocument, type ClientSecret } from '../../credentials/index.js';
import type { ServicePrincipal } from '../service-principal.entity.js';
import { CertificateNameDocument } from './certificate-name.dto.js';
import { AUTH_METHODS } from './write-service-principal.dto.js';

export class ServicePrincipalDocument {
  @ApiProperty({ description: 'Id of the service principal.', example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ description: 'What it sends as client_id; the same as its id.', example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h' })
  client_id!: string;

  @ApiProperty({ description: 'The organization it belongs to.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' })
  org_id!: string;

  @ApiProperty({ description: 'Name for people.', example: 'nightly-export' })
  name!: string;

  @ApiProperty({
    enum: ['active', 'disabled'],
    description: 'A disabled one gets no tokens, and those it has are refused.',
    example: 'active',
  })
  status!: string;

  @ApiProperty({ enum: AUTH_METHODS, description: 'How it proves who it is.', example: 'client_secret' })
  auth_method!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'Its public keys.', example: null })
  jwks!: object | null;

  @ApiProperty({ type: String, nullable: true, description: 'Where its public keys are.', example: null })
  jwks_uri!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The authorities that vouch for its certificate, PEM; only with tls_client_auth.',
    example: null,
  })
  tls_client_auth_ca!: string | null;

  @ApiProperty({ type: CertificateNameDocument, nullable: true, description: 'The name that its certificate bears.', example: null })
  tls_client_auth_san!: CertificateNameDocument | null;

  @ApiProperty({ type: [GrantDocument], description: 'What it may ask for.' })
  grants!: GrantDocument[];

  @ApiProperty({ type: Number, nullable: true, description: 'Lifetime of its tokens; null: that of the API.', example: null })
  token_lifetime_seconds!: number | null;

  @ApiProperty({ type: [String], description: 'Networks from which it may ask for tokens; empty: any.', example: [] })
  allowed_ips!: string[];

  @ApiProperty({ type: [SecretDocument], description: 'Its secrets, newest first, without the secrets themselves.' })
  secrets!: SecretDocument[];

  @ApiProperty({ format: 'date-time', description: 'When it was created.', example: '2026-11-22T08:00:00.000Z' })
  created_at!: string;

  @ApiProperty({ format: 'date-time', description: 'When it was last changed.', example: '2026-11-22T08:00:00.000Z' })
  updated_at!: string;

  static from(principal: ServicePrincipal, secrets: readonly ClientSecret[]): ServicePrincipalDocument {
    return {
      id: principal.id,
      client_id: principal.id,
      org_id: principal.orgId ?? '',
      name: principal.name,
      status: principal.status,
      auth_method: principal.authMethod,
      jwks: principal.jwks,
      jwks_uri: principal.jwksUri,
      tls_client_auth_ca: principal.tlsClientAuthCa,
      tls_client_auth_san: principal.tlsClientAuthSan,
      grants: principal.grants.map(({ audience, scopes }) => ({ audience, scopes: [...scopes] })),
      token_lifetime_seconds: principal.tokenLifetimeSeconds,
      allowed_ips: principal.allowedIps,
      secrets: secrets.map((secret) => SecretDocument.from(secret)),
      created_at: principal.createdAt.toISOString(),
      updated_at: principal.updatedAt.toISOString(),
    };
  }
}

export class CreatedServicePrincipalDocument extends ServicePrincipalDocument {
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'csn_secret_4f9KZ…',
    description: 'The secret, shown once; only with auth_method client_secret. null when an idempotent retry comes later than 60 seconds.',
  })
  client_secret?: string | null;
}

export class ServicePrincipalList {
  @ApiProperty({ type: [ServicePrincipalDocument] })
  data!: ServicePrincipalDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last.', example: null })
  next_cursor!: string | null;
}
