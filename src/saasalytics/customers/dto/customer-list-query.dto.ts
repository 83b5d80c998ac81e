import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { IsMoment, ListQuery } from '../../../platform/http/index.js';

export class CustomerListQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Only customers of this segment.', example: 'enterprise' })
  @IsOptional()
  @Matches(/^[a-z][a-z0-9_.]{0,63}$/, { message: 'It is not a segment.' })
  segment?: string;

  @ApiPropertyOptional({ description: 'Only customers of this country (ISO 3166-1 alpha-2).', example: 'DE' })
  @IsOptional()
  @Matches(/^[A-Z]{2}$/, { message: 'It is not a country code of two capital letters.' })
  country?: string;

  @ApiPropertyOptional({
    description: 'Only customers with an event at or after this time. A date is midnight in UTC.',
    example: '2026-11-01',
  })
  @IsOptional()
  @IsMoment()
  active_since?: string;
}
