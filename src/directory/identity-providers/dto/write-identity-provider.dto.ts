import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsObject, IsString, Length, ValidateBy, ValidateNested } from 'class-validator';
import { Clearable, IsDisplayText, Omittable } from '../../administration/index.js';
import { isDomain, ORG_ROLES, type OrgRole } from '../../users/index.js';
import { PROVIDER_AUTH_METHODS, type ProviderAuthMethod } from '../identity-provider.entity.js';

export const MAX_RULES = 50;

export class WriteJoinRule {
  @ApiProperty({
    description: 'Domain of the verified e-mail address, in lower case; domains below it are not meant.',
    example: 'example.com',
  })
  @ValidateBy({
    name: 'isDomain',
    validator: {
      validate: (value) => typeof value === 'string' && isDomain(value),
      defaultMessage: () => 'The email_domain is not a domain in lower case, such as example.com.',
    },
  })
  email_domain!: string;

  @ApiPropertyOptional({
    description: 'The organization that they join; only for a provider of the platform, that of an organization has its own.',
    example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  @Omittable()
  @Length(1, 64)
  @IsString()
  org_id?: string;

  @ApiPropertyOptional({ enum: ORG_ROLES, default: 'member', description: 'What they become.', example: 'member' })
  @Omittable()
  @IsIn(ORG_ROLES)
  role?: OrgRole;
}

export class CreateIdentityProvider {
  @ApiProperty({ description: 'Name on the sign-in page.', example: 'Example Corp.' })
  @IsDisplayText(100)
  name!: string;

  @ApiProperty({
    description: 'Its issuer, an https URL; OpenID Connect Discovery tells the rest.',
    example: 'https://accounts.example.com',
  })
  @Length(1, 512)
  @IsString()
  issuer!: string;

  @ApiProperty({ description: 'Our client id there.', example: 'countersign' })
  @IsDisplayText(255)
  client_id!: string;

  @ApiPropertyOptional({
    enum: PROVIDER_AUTH_METHODS,
    default: 'client_secret_basic',
    description: 'How we authenticate there; `none` is for a public client. PKCE is used always.',
    example: 'client_secret_basic',
  })
  @Omittable()
  @IsIn(PROVIDER_AUTH_METHODS)
  auth_method?: ProviderAuthMethod;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Our client secret there. It is stored encrypted and never shown.',
    example: 'a secret of the other provider',
  })
  @Clearable()
  @Length(1, 1_024)
  @IsString()
  client_secret?: string | null;

  @ApiPropertyOptional({ type: [WriteJoinRule], description: 'Whom it lets in at the first sign-in, besides those who are members.' })
  @Omittable()
  @ArrayMaxSize(MAX_RULES)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => WriteJoinRule)
  @IsArray()
  rules?: WriteJoinRule[];

  @ApiPropertyOptional({
    enum: ['active', 'disabled'],
    default: 'active',
    description: 'Nobody signs in by a disabled one.',
    example: 'active',
  })
  @Omittable()
  @IsIn(['active', 'disabled'])
  status?: 'active' | 'disabled';
}

export class UpdateIdentityProvider extends PartialType(CreateIdentityProvider, { skipNullProperties: false }) {}
