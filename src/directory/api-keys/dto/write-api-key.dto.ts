import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, Length, Max, Min } from 'class-validator';
import { IsMoment } from '../../../platform/http/index.js';
import { IsDisplayText, Omittable } from '../../administration/index.js';
import { GrantDocument } from '../../api-resources/index.js';
import { DEFAULT_GRACE_SECONDS, MAX_GRACE_SECONDS } from '../../credentials/index.js';
import { IsNetworkList } from '../../service-principals/index.js';

export class CreateApiKey extends GrantDocument {
  @ApiProperty({ description: 'What it is for.', example: 'nightly-export' })
  @IsDisplayText(100)
  name!: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description:
      'When it ends: at least a day from now, at most as far as the organization allows. 90 days unless you say otherwise, or the maximum if that is shorter.',
    example: '2027-02-20T08:00:00Z',
  })
  @Omittable()
  @IsMoment()
  expires_at?: string;

  @ApiPropertyOptional({
    type: [String],
    description: 'Networks from which it works, looked at on every request; empty: any.',
    example: ['203.0.113.0/24'],
  })
  @Omittable()
  @IsNetworkList()
  allowed_ips?: string[];
}

export class CreatePersonalAccessToken extends CreateApiKey {
  @ApiPropertyOptional({
    description: 'Organization whose data it reaches. Needed only by members of several.',
    example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  @Omittable()
  @Length(1, 64)
  @IsString()
  org_id?: string;
}

export class RotateApiKey {
  @ApiPropertyOptional({
    minimum: 0,
    maximum: MAX_GRACE_SECONDS,
    default: DEFAULT_GRACE_SECONDS,
    example: DEFAULT_GRACE_SECONDS,
    description: 'How long the old key keeps working, and never longer than it would have; 0: it ends at once.',
  })
  @Omittable()
  @Min(0)
  @Max(MAX_GRACE_SECONDS)
  @IsInt()
  grace_seconds?: number;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'When the new key ends. It lives as long as the old one was given unless you say otherwise.',
    example: '2027-05-20T08:00:00Z',
  })
  @Omittable()
  @IsMoment()
  expires_at?: string;
}
