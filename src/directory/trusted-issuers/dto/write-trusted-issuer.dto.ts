import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { Clearable, Omittable } from '../../administration/index.js';
import type { ClaimPatterns } from '../claim-pattern.js';
import { ASSERTION_REUSE, type AssertionReuse } from '../trusted-issuer.entity.js';

export const MAX_RULES = 50;

export class WriteTrustRule {
  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    example: { repository_id: '74', repository_owner_id: '65', ref: 'refs/heads/main', environment: 'production' },
    description:
      'What the claims of a token must be; all of them. A list allows any of its values; an object goes into an object of the token; ' +
      '`*` stands for one whole segment between `/` or `:`. At least one must be a claim that is yours alone.',
  })
  @IsObject()
  claims!: ClaimPatterns;

  @ApiProperty({ description: 'The principal that such a token becomes.', example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @Length(1, 64)
  @IsString()
  principal!: string;

  @ApiPropertyOptional({
    default: false,
    description: 'true: the rule may name an identity that several workloads share, such as the Kubernetes account `default`.',
    example: false,
  })
  @Omittable()
  @IsBoolean()
  accept_shared_identity?: boolean;
}

export class CreateTrustedIssuer {
  @ApiProperty({
    description: 'The `iss` of its tokens, character by character: an https URL, or `spiffe://` and a trust domain.',
    example: 'https://token.actions.githubusercontent.com',
  })
  @Length(1, 512)
  @IsString()
  issuer!: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Where its public keys are; https. Without it and without jwks, OpenID Connect Discovery of the issuer tells.',
    example: 'https://token.actions.githubusercontent.com/.well-known/jwks',
  })
  @Clearable()
  @Length(1, 2048)
  @IsString()
  jwks_uri?: string | null;

  @ApiPropertyOptional({
    type: 'object',
    additionalProperties: true,
    nullable: true,
    description: 'Its public keys themselves, in place of jwks_uri: for an issuer that cannot be reached, such as a private cluster.',
    example: {
      keys: [
        {
          kty: 'EC',
          crv: 'P-256',
          x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
          y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
          kid: '2026-11',
        },
      ],
    },
  })
  @Clearable()
  @IsObject()
  jwks?: Record<string, unknown> | null;

  @ApiProperty({ type: [WriteTrustRule], description: 'Which of its tokens become which principal. Exactly one principal must come out.' })
  @ArrayMaxSize(MAX_RULES)
  @ArrayMinSize(1)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => WriteTrustRule)
  @IsArray()
  rules!: WriteTrustRule[];

  @ApiPropertyOptional({
    enum: ASSERTION_REUSE,
    default: 'refused',
    description:
      '`refused`: a JWT with a `jti` is good for one token. `until_expiry`: it may be sent again while it lives, as the projected tokens of Kubernetes are.',
    example: 'refused',
  })
  @Omittable()
  @IsIn(ASSERTION_REUSE)
  assertion_reuse?: AssertionReuse;

  @ApiPropertyOptional({
    minimum: 60,
    maximum: 86_400,
    default: 3600,
    description: 'Longest life of a JWT, from its iat to its exp.',
    example: 3600,
  })
  @Omittable()
  @Min(60)
  @Max(86_400)
  @IsInt()
  max_assertion_lifetime_seconds?: number;
}

export class UpdateTrustedIssuer extends PartialType(CreateTrustedIssuer, { skipNullProperties: false }) {}
