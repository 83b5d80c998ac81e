import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsDisplayText, Omittable } from '../../administration/index.js';

export class CreateApiCredential {
  @ApiPropertyOptional({ description: 'What it is for.', example: 'gateway-eu' })
  @Omittable()
  @IsDisplayText(100)
  name?: string;
}
