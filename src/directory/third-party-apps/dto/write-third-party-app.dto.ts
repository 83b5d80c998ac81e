import { ApiProperty, ApiPropertyOptional, OmitType, PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsISO8601,
  IsObject,
  IsString,
  Length,
  Matches,
  ValidateNested,
} from 'class-validator';
import { Clearable, IsDisplayText, Omittable } from '../../administration/index.js';
import { GrantDocument } from '../../api-resources/index.js';
import { APP_AUTH_METHODS, CLIENT_TYPES, type AppAuthMethod, type ClientType } from '../app-authentication.policy.js';
import { APP_GRANT_TYPES, DEFAULT_GRANT_TYPES, type AppGrantType } from '../app-grant-types.policy.js';
import { MAX_REDIRECT_URIS, MAX_REDIRECT_URI_LENGTH } from '../redirect-uris.policy.js';
import { APP_KINDS, type AppKind } from '../third-party-app.entity.js';
import { IsWebAddress } from './web-address.decorator.js';

export class CreateThirdPartyApp {
  @ApiProperty({ description: 'What people are shown.', example: 'Charts' })
  @IsDisplayText(60)
  name!: string;

  @ApiProperty({
    enum: APP_KINDS,
    description: 'app: a program with a person before it. agent: one that acts on its own; its tokens live 15 minutes.',
    example: 'app',
  })
  @IsIn(APP_KINDS)
  kind!: AppKind;

  @ApiProperty({ description: 'Who stands behind it, as people know them.', example: 'Charts Ltd' })
  @IsDisplayText(100)
  publisher!: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description:
      'The organization that publishes it; left out: your own. Until it is approved only people of that organization can use it.',
    example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  @Clearable()
  @Matches(/^org_[0-7][0-9a-hjkmnp-tv-z]{25}$/, { message: 'publisher_org_id is not the id of an organization.' })
  publisher_org_id?: string | null;

  @ApiProperty({
    enum: CLIENT_TYPES,
    description:
      'confidential: it runs on a server that can keep a secret, also as the server of an app in a browser. public: installed on a phone or a computer. It never changes.',
    example: 'confidential',
  })
  @IsIn(CLIENT_TYPES)
  client_type!: ClientType;

  @ApiPropertyOptional({
    enum: APP_AUTH_METHODS,
    description: 'How it proves who it is; client_secret to begin with, none for a public one.',
    example: 'client_secret',
  })
  @Omittable()
  @IsIn(APP_AUTH_METHODS)
  auth_method?: AppAuthMethod;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    example: null,
    description: 'Its public keys for private_key_jwt; at most ten; never a private member.',
  })
  @Clearable()
  @IsObject()
  jwks?: Record<string, unknown> | null;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'Where its public keys are, in place of jwks; https.', example: null })
  @Clearable()
  @Length(1, 2048)
  @IsString()
  jwks_uri?: string | null;

  @ApiPropertyOptional({
    type: [String],
    description:
      'Where people are sent back to; only an app that gets no codes may leave it out. Compared as exact texts: https; http for 127.0.0.1, [::1] and localhost, where the port may differ; or a private scheme such as com.example.app:/callback.',
    example: ['https://charts.example/callback'],
  })
  @Omittable()
  @ArrayMaxSize(MAX_REDIRECT_URIS)
  @ArrayUnique()
  @Length(1, MAX_REDIRECT_URI_LENGTH, { each: true })
  @IsString({ each: true })
  @IsArray()
  redirect_uris?: string[];

  @ApiPropertyOptional({
    enum: APP_GRANT_TYPES,
    isArray: true,
    description:
      'How it may get tokens; left out: by codes. `urn:ietf:params:oauth:grant-type:device_code` is for programs on devices without a browser (RFC 8628). refresh_token is always among them.',
    example: DEFAULT_GRANT_TYPES,
  })
  @Omittable()
  @ArrayUnique()
  @IsIn(APP_GRANT_TYPES, { each: true })
  @IsArray()
  grant_types?: AppGrantType[];

  @ApiPropertyOptional({
    type: [String],
    description:
      'Where people are led to when the app has signed them out at /oauth/logout, compared as exact texts, the port too; written as redirect_uris are.',
    example: ['https://charts.example/'],
  })
  @Omittable()
  @ArrayMaxSize(MAX_REDIRECT_URIS)
  @ArrayUnique()
  @Length(1, MAX_REDIRECT_URI_LENGTH, { each: true })
  @IsString({ each: true })
  @IsArray()
  post_logout_redirect_uris?: string[];

  @ApiProperty({
    type: [GrantDocument],
    description:
      'The most that people can allow it, by API; only scopes that are delegable. To sign people in: the audience {issuer}/oauth/userinfo with openid, and profile and email where it needs them.',
  })
  @ArrayMinSize(1)
  @ArrayMaxSize(50)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => GrantDocument)
  @IsArray()
  grants!: GrantDocument[];

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description:
      'Its logo, https. It is kept and reviewed; the pages show the first letter of its name, because a picture would tell its owner who looks.',
    example: null,
  })
  @Clearable()
  @IsWebAddress()
  logo_uri?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Its privacy policy, https.',
    example: 'https://charts.example/privacy',
  })
  @Clearable()
  @IsWebAddress()
  policy_uri?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Its terms of service, https.',
    example: 'https://charts.example/terms',
  })
  @Clearable()
  @IsWebAddress()
  tos_uri?: string | null;

  @ApiPropertyOptional({
    default: false,
    description: 'true: the app gets no token without a DPoP proof (RFC 9449), so none of its tokens works without its key.',
    example: false,
  })
  @Omittable()
  @IsBoolean()
  dpop_bound_access_tokens?: boolean;
}

export class UpdateThirdPartyApp extends PartialType(OmitType(CreateThirdPartyApp, ['kind', 'publisher_org_id', 'client_type']), {
  skipNullProperties: false,
}) {}

export class ReviewNote {
  @ApiPropertyOptional({ description: 'What the publisher is told.', example: 'The privacy policy is missing.' })
  @Omittable()
  @IsDisplayText(500)
  note?: string;
}

export class Approval extends ReviewNote {
  @ApiPropertyOptional({
    format: 'date-time',
    description: 'The `updated_at` of what you looked at: then an app that was changed since is not approved.',
    example: '2026-11-22T08:00:00.000Z',
  })
  @Omittable()
  @IsISO8601({ strict: true })
  updated_at?: string;
}
