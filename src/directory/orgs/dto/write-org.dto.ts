import { ApiProperty, ApiPropertyOptional, PartialType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsIn, IsInt, IsObject, IsOptional, Max, Min, ValidateNested } from 'class-validator';
import { Clearable, IsDisplayText } from '../../administration/index.js';
import { GrantDocument } from '../../api-resources/index.js';

export class CreateOrg {
  @ApiProperty({ description: 'Name for people.', example: 'Acme Inc.' })
  @IsDisplayText(100)
  name!: string;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'Its id in your own systems; unique.', example: 'crm-4711' })
  @Clearable()
  @IsDisplayText(255)
  external_id?: string | null;

  @ApiPropertyOptional({
    type: [GrantDocument],
    nullable: true,
    description: 'The most its principals can be granted. Leave it out or send null for no limit.',
  })
  @Clearable()
  @ArrayMaxSize(50)
  @IsObject({ each: true })
  @ValidateNested({ each: true })
  @Type(() => GrantDocument)
  @IsArray()
  ceiling?: GrantDocument[] | null;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    minimum: 86_400,
    maximum: 315_360_000,
    description: 'How long a new API key or personal access token may live, in seconds. Leave it out or send null for a year.',
    example: 7_776_000,
  })
  @Clearable()
  @Min(86_400)
  @Max(315_360_000)
  @IsInt()
  max_api_key_lifetime_seconds?: number | null;
}

export class UpdateOrg extends PartialType(CreateOrg, { skipNullProperties: false }) {}

export class SuspendQuery {
  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'true: only tell what would stop working.', example: 'true' })
  @IsOptional()
  @IsIn(['true', 'false'])
  dry_run?: 'true' | 'false';
}
