import { ApiProperty, OmitType, PartialType } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsIn, IsString, Length } from 'class-validator';
import { ORG_MODES, type OrgMode } from '@countersign/oauth';

export class CreateCallPolicy {
  @ApiProperty({ description: 'Name of the microservice that calls.', example: 'billing' })
  @Length(1, 63)
  @IsString()
  caller!: string;

  @ApiProperty({ description: 'Name of the service that is called: the identifier of an internal API.', example: 'export' })
  @Length(1, 63)
  @IsString()
  target!: string;

  @ApiProperty({ type: [String], description: 'Scopes of the target that the caller may ask for.', example: ['start:export'] })
  @Length(1, 128, { each: true })
  @IsString({ each: true })
  @ArrayUnique()
  @ArrayMaxSize(128)
  @ArrayMinSize(1)
  @IsArray()
  scopes!: string[];

  @ApiProperty({
    enum: ORG_MODES,
    description:
      'Where the organization comes from: `parent` the token that the caller exchanges; `any` the caller names it, for background work; `none` the tokens belong to no organization.',
    example: 'parent',
  })
  @IsIn(ORG_MODES)
  org_mode!: OrgMode;
}

export class UpdateCallPolicy extends PartialType(OmitType(CreateCallPolicy, ['caller', 'target']), { skipNullProperties: false }) {}
