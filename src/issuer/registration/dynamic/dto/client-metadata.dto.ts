import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AUTH_METHODS } from '../client-metadata.policy.js';

/** For the documentation: what is sent is read member by member, because members that nobody knows are ignored (RFC 7591 §2). */
export class ClientMetadataDocument {
  @ApiProperty({
    type: [String],
    description:
      'Where people are sent back to: https, a program on the computer of the user, or a private scheme such as com.example.app:/callback.',
    example: ['http://127.0.0.1/callback'],
  })
  redirect_uris!: string[];

  @ApiPropertyOptional({ description: 'What people are shown, as unverified. At most 60 characters.', example: 'Notebook assistant' })
  client_name?: string;

  @ApiPropertyOptional({ enum: ['web', 'native'], description: 'web takes https redirect URIs only.', example: 'native' })
  application_type?: string;

  @ApiPropertyOptional({
    enum: AUTH_METHODS,
    default: 'none',
    description: 'none: a public client with PKCE. private_key_jwt needs jwks or jwks_uri. A secret ends after 90 days.',
    example: 'none',
  })
  token_endpoint_auth_method?: string;

  @ApiPropertyOptional({
    type: [String],
    description: 'authorization_code, with refresh_token; others are left out, and the answer says so.',
    example: ['authorization_code', 'refresh_token'],
  })
  grant_types?: string[];

  @ApiPropertyOptional({ type: [String], description: 'code, and nothing else.', example: ['code'] })
  response_types?: string[];

  @ApiPropertyOptional({
    description: 'What it wants to ask people for, separated by spaces; left out: all that such apps may. What it may not is left out.',
    example: 'read:analytics-data',
  })
  scope?: string;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    description: 'Its public keys, for private_key_jwt.',
    example: { keys: [{ kty: 'EC', crv: 'P-256', x: '…', y: '…', kid: '1' }] },
  })
  jwks?: object;

  @ApiPropertyOptional({ description: 'Where its public keys are, in place of jwks.', example: 'https://app.example/jwks.json' })
  jwks_uri?: string;

  @ApiPropertyOptional({ description: 'Its own page, https.', example: 'https://app.example' })
  client_uri?: string;

  @ApiPropertyOptional({ description: 'Its logo, https. The pages do not show it.', example: 'https://app.example/logo.png' })
  logo_uri?: string;

  @ApiPropertyOptional({ description: 'Its privacy policy, https.', example: 'https://app.example/privacy' })
  policy_uri?: string;

  @ApiPropertyOptional({ description: 'Its terms of service, https.', example: 'https://app.example/terms' })
  tos_uri?: string;

  @ApiPropertyOptional({ description: 'true: no token without a DPoP proof (RFC 9449 §5.2).', example: false })
  dpop_bound_access_tokens?: boolean;
}

/** All that is registered, as it is stored. */
export class RegisteredClientDocument extends ClientMetadataDocument {
  @ApiProperty({ description: 'What the app sends as client_id.', example: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' })
  client_id!: string;

  @ApiProperty({ description: 'When it was registered, in seconds since 1970.', example: 1_795_334_400 })
  client_id_issued_at!: number;

  @ApiPropertyOptional({
    description: 'A new secret, shown once; only where the app authenticates with one.',
    example: 'csn_secret_4f9KZ…',
  })
  client_secret?: string;

  @ApiPropertyOptional({ description: 'When its secret ends, in seconds since 1970.', example: 1_803_110_400 })
  client_secret_expires_at?: number;

  @ApiProperty({ description: 'For the next request to registration_client_uri; good for one.', example: 'csn_reg_4f9KZ…' })
  registration_access_token!: string;

  @ApiProperty({
    description: 'Where the app reads, changes and deletes its registration.',
    example: 'http://localhost:3000/oauth/register/app_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  registration_client_uri!: string;
}
