import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayUnique, IsArray, IsIn, IsInt, IsObject, IsString, Length, Max, Min, ValidateNested } from 'class-validator';
import { ACCESS_TOKEN_ALGS, ZONES, type AccessTokenAlg, type Zone } from '@countersign/oauth';
import { Clearable, IsDisplayText, IsServiceName, Omittable } from '../../administration/index.js';
import { SENDER_CONSTRAINTS, type SenderConstraint } from '../api-resource.entity.js';
import { ApiScopeDocument } from './api-scope.dto.js';

const MIN_STALENESS_SECONDS = 5;
const MAX_STALENESS_SECONDS = 3_600;

/** What may be said about an API at any time. */
class ApiSettings {
  @ApiProperty({ description: 'Name for people.', example: 'Billing API' })
  @IsDisplayText(100)
  name!: string;

  @ApiProperty({ type: [ApiScopeDocument], description: 'The whole catalogue. A scope that is left out disappears from every grant.' })
  @ArrayMaxSize(128)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => ApiScopeDocument)
  @IsArray()
  scopes!: ApiScopeDocument[];

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    description: 'Lifetime of its tokens: 300 to 86400 (external), 60 to 900 (internal).',
    example: 3600,
  })
  @Clearable()
  @IsInt()
  token_lifetime_seconds?: number | null;

  @ApiPropertyOptional({
    type: 'integer',
    minimum: MIN_STALENESS_SECONDS,
    maximum: MAX_STALENESS_SECONDS,
    description:
      'How long its guards may go without word of revocations before they refuse scopes of medium and high risk: 5 to 3600, 60 to begin with.',
    example: 60,
  })
  @Omittable()
  @Max(MAX_STALENESS_SECONDS)
  @Min(MIN_STALENESS_SECONDS)
  @IsInt()
  max_staleness_seconds?: number;

  @ApiPropertyOptional({ enum: ACCESS_TOKEN_ALGS, description: 'RS256 to begin with; internal APIs are always ES256.', example: 'RS256' })
  @Omittable()
  @IsIn(ACCESS_TOKEN_ALGS)
  signing_alg?: AccessTokenAlg;

  @ApiPropertyOptional({
    enum: SENDER_CONSTRAINTS,
    description: 'Which proof of possession its tokens need; none to begin with.',
    example: 'none',
  })
  @Omittable()
  @IsIn(SENDER_CONSTRAINTS)
  sender_constraint?: SenderConstraint;

  @ApiPropertyOptional({ type: [String], description: 'Names of the microservices that may exchange its tokens.', example: ['export'] })
  @Omittable()
  @ArrayMaxSize(50)
  @ArrayUnique()
  @IsServiceName({ each: true })
  @IsArray()
  served_by?: string[];
}

export class CreateApi extends ApiSettings {
  @ApiProperty({
    description:
      'What tokens carry as `aud`: an absolute URI without fragment or a plain name; for an internal API the name of its service. It never changes.',
    example: 'https://api.example.com',
  })
  @Length(1, 255)
  @IsString()
  identifier!: string;

  @ApiProperty({
    enum: ZONES,
    description: 'external for tenants and partners, internal for our own microservices. It never changes.',
    example: 'external',
  })
  @IsIn(ZONES)
  zone!: Zone;
}

export class UpdateApi extends PartialType(ApiSettings, { skipNullProperties: false }) {}
