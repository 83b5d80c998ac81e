import { ApiProperty, OmitType, PartialType } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsIn } from 'class-validator';
import { ORG_MODES, type OrgMode } from '@countersign/oauth';
import { IsScopeName, IsServiceName } from '../../administration/index.js';

export class CreateCallPolicy {
  @ApiProperty({ description: 'Name of the microservice that calls.', example: 'billing' })
  @IsServiceName()
  caller!: string;

  @ApiProperty({ description: 'Name of the service that is called: the identifier of an internal API.', example: 'export' })
  @IsServiceName()
  target!: string;

  @ApiProperty({ type: [String], description: 'Scopes of the target that the caller may ask for.', example: ['start:export'] })
  @IsScopeName({ each: true })
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
