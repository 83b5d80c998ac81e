import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsString, Length, Matches } from 'class-validator';
import type { ClientGrant } from '@countersign/oauth';

// RFC 6749 §3.3.
const SCOPE_TOKEN = /^[\x21\x23-\x5B\x5D-\x7E]{1,128}$/;

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
  @Matches(SCOPE_TOKEN, { each: true, message: 'A scope is not 1 to 128 visible ASCII characters without quotes and backslashes.' })
  @IsArray()
  scopes!: string[];
}
