import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { IsDisplayText, Omittable } from '../../administration/index.js';
import { DEFAULT_GRACE_SECONDS, MAX_GRACE_SECONDS } from '../../credentials/index.js';

export class RotateAppSecret {
  @ApiPropertyOptional({ description: 'What the new secret is for.', example: '2026-12' })
  @Omittable()
  @IsDisplayText(100)
  name?: string;

  @ApiPropertyOptional({
    minimum: 0,
    maximum: MAX_GRACE_SECONDS,
    default: DEFAULT_GRACE_SECONDS,
    description: 'How long the present secrets keep working. 0 ends them at once.',
    example: DEFAULT_GRACE_SECONDS,
  })
  @Omittable()
  @Min(0)
  @Max(MAX_GRACE_SECONDS)
  @IsInt()
  grace_seconds?: number;

  @ApiPropertyOptional({ default: false, description: 'true: add a secret beside the present one. At most two are live.', example: false })
  @Omittable()
  @IsBoolean()
  keep_existing?: boolean;
}
