import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator';

export class ProviderSignInQuery {
  @ApiPropertyOptional({
    description: 'Path of this server to go to afterwards; anything else leads to the account page.',
    example: '/account',
  })
  @IsOptional()
  @MaxLength(8_192)
  @IsString()
  return_to?: string;

  @ApiPropertyOptional({ enum: ['true', 'false'], description: 'true: the person must prove themselves again there.', example: 'false' })
  @IsOptional()
  @IsIn(['true', 'false'])
  reauthenticate?: 'true' | 'false';
}
