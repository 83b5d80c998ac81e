import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsString, Length } from 'class-validator';
import type { ClientGrant } from '@countersign/oauth';
import { IsScopeName } from '../../administration/index.js';

/** Scopes at one API. */
export class GrantDocument implements ClientGrant {
  @ApiProperty({ description: 'Identifier of the API.', example: 'https://api.example.com' })
  @Length(1, 255)
  @IsString()
  audience!: string;

  @ApiProperty({ type: [String], description: 'Scopes that the API knows.', example: ['read:analytics-data'] })
  @ArrayMinSize(1)
  @ArrayMaxSize(128)
  @ArrayUnique()
  @IsScopeName({ each: true })
  @IsArray()
  scopes!: string[];
}
