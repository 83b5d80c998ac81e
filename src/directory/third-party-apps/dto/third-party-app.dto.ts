import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { APP_REGISTRATIONS, type ClientGrant } from '@countersign/oauth';
import { GrantDocument } from '../../api-resources/index.js';
import { SecretDocument, type ClientSecret } from '../../credentials/index.js';
import { APP_AUTH_METHODS, CLIENT_TYPES } from '../app-authentication.policy.js';
import { APP_GRANT_TYPES, DEFAULT_GRANT_TYPES } from '../app-grant-types.policy.js';
import { REVIEW_STATES } from '../review.policy.js';
import { APP_KINDS, type ThirdPartyApp } from '../third-party-app.entity.js';

export class ThirdPartyAppDocument {
  @ApiProperty({ description: 'Id of the app.', example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ description: 'What it sends as client_id; the same as its id.', example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' })
  client_id!: string;

  @ApiProperty({ description: 'What people are shown.', example: 'Charts' })
  name!: string;

  @ApiProperty({ enum: APP_KINDS, description: 'app or agent.', example: 'app' })
  kind!: string;

  @ApiProperty({
    enum: APP_REGISTRATIONS,
    description: 'How it became known: by an administrator, by the document at its client_id, or by itself (RFC 7591).',
    example: 'administrator',
  })
  registration!: string;

  @ApiProperty({ description: 'Who stands behind it.', example: 'Charts Ltd' })
  publisher!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The organization that publishes it; null: an operator registered it.',
    example: null,
  })
  publisher_org_id!: string | null;

  @ApiProperty({
    enum: REVIEW_STATES,
    description: 'Only an approved app can be used outside the organization that publishes it; a suspended one by nobody.',
    example: 'approved',
  })
  state!: string;

  @ApiProperty({ type: String, nullable: true, description: 'What the reviewer said last.', example: null })
  review_note!: string | null;

  @ApiProperty({ enum: CLIENT_TYPES, description: 'Whether it can keep a secret.', example: 'confidential' })
  client_type!: string;

  @ApiProperty({ enum: APP_AUTH_METHODS, description: 'How it proves who it is.', example: 'client_secret' })
  auth_method!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'Its public keys.', example: null })
  jwks!: object | null;

  @ApiProperty({ type: String, nullable: true, description: 'Where its public keys are.', example: null })
  jwks_uri!: string | null;

  @ApiProperty({ type: [String], description: 'Where people are sent back to.', example: ['https://charts.example/callback'] })
  redirect_uris!: string[];

  @ApiProperty({ enum: APP_GRANT_TYPES, isArray: true, description: 'How it may get tokens.', example: DEFAULT_GRANT_TYPES })
  grant_types!: string[];
  @ApiProperty({
    type: [String],
    description: 'Where people are led to when they have signed out here.',
    example: ['https://charts.example/'],
  })
  post_logout_redirect_uris!: string[];

  @ApiProperty({ type: [GrantDocument], description: 'The most that people can allow it.' })
  grants!: GrantDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Its logo; the pages do not show it.', example: null })
  logo_uri!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Its privacy policy.', example: 'https://charts.example/privacy' })
  policy_uri!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Its terms of service.', example: 'https://charts.example/terms' })
  tos_uri!: string | null;

  @ApiProperty({ description: 'Whether each token request needs a DPoP proof (RFC 9449 §5.2).', example: false })
  dpop_bound_access_tokens!: boolean;

  @ApiProperty({ type: [SecretDocument], description: 'Its secrets, newest first, without the secrets themselves.' })
  secrets!: SecretDocument[];

  @ApiProperty({ format: 'date-time', description: 'When it was registered.', example: '2026-11-22T08:00:00.000Z' })
  created_at!: string;

  @ApiProperty({ format: 'date-time', description: 'When it was last changed.', example: '2026-11-22T08:00:00.000Z' })
  updated_at!: string;

  static from(app: ThirdPartyApp, grants: readonly ClientGrant[], secrets: readonly ClientSecret[]): ThirdPartyAppDocument {
    return {
      id: app.id,
      client_id: app.id,
      name: app.name,
      kind: app.kind,
      registration: app.registration,
      publisher: app.publisher,
      publisher_org_id: app.publisherOrgId,
      state: app.state,
      review_note: app.reviewNote,
      client_type: app.clientType,
      auth_method: app.authMethod,
      jwks: app.jwks,
      jwks_uri: app.jwksUri,
      redirect_uris: app.redirectUris,
      grant_types: app.grantTypes,
      post_logout_redirect_uris: app.postLogoutRedirectUris,
      grants: grants.map(({ audience, scopes }) => ({ audience, scopes: [...scopes] })),
      logo_uri: app.logoUri,
      policy_uri: app.policyUri,
      tos_uri: app.tosUri,
      dpop_bound_access_tokens: app.dpopBoundAccessTokens,
      secrets: secrets.map((secret) => SecretDocument.from(secret)),
      created_at: app.createdAt.toISOString(),
      updated_at: app.updatedAt.toISOString(),
    };
  }
}

export class CreatedThirdPartyAppDocument extends ThirdPartyAppDocument {
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'csn_secret_4f9KZ…',
    description: 'The secret, shown once; only with auth_method client_secret. null when an idempotent retry comes later than 60 seconds.',
  })
  client_secret?: string | null;
}

export class ThirdPartyAppList {
  @ApiProperty({ type: [ThirdPartyAppDocument] })
  data!: ThirdPartyAppDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last.', example: null })
  next_cursor!: string | null;
}
