import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** For the API documentation only: which of them there are depends on what was allowed. */
export class UserInfoDocument {
  @ApiProperty({ description: 'Names the person for ever, as in the ID token.', example: 'usr_01kamx4f5ye8wvq3m2ts6dgn0h' })
  sub!: string;

  @ApiPropertyOptional({ description: 'The organization for which the person signed in.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' })
  org_id?: string;

  @ApiPropertyOptional({ description: 'With profile.', example: 'Ada Admin' })
  name?: string;

  @ApiPropertyOptional({ description: 'With profile: seconds since 1970 of the last change.', example: 1763798400 })
  updated_at?: number;

  @ApiPropertyOptional({ description: 'With email. For people to read: it identifies nobody.', example: 'ada@example.com' })
  email?: string;

  @ApiPropertyOptional({ description: 'With email: always false, because nobody has tried the address.', example: false })
  email_verified?: boolean;
}

/** For the API documentation only. */
export class UserInfoForm {
  @ApiPropertyOptional({ format: 'password', description: 'The access token, unless it is in the Authorization header.' })
  access_token?: string;
}
