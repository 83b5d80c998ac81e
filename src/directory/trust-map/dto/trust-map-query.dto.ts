import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { httpProblem, IsMoment } from '../../../platform/http/index.js';
import type { TimeSpan } from '../trust-map.repository.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DEFAULT_DAYS = 30;
const MAX_DAYS = 400;
const FORMATS = ['json', 'mermaid'] as const;

export class TrustMapQuery {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 1,
    maximum: MAX_DAYS,
    description: `The last so many days; ${DEFAULT_DAYS} unless from says otherwise.`,
    example: 7,
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(MAX_DAYS)
  window_days?: number;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'In place of window_days; figures are kept by the hour, so the hour of this moment counts whole.',
    example: '2026-11-01T00:00:00Z',
  })
  @IsOptional()
  @IsMoment()
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'End of the window; left out: now.', example: '2026-12-01T00:00:00Z' })
  @IsOptional()
  @IsMoment()
  to?: string;

  @ApiPropertyOptional({ enum: FORMATS, description: 'Left out: as `Accept` says.', example: 'mermaid' })
  @IsOptional()
  @IsIn(FORMATS)
  format?: (typeof FORMATS)[number];

  /** @throws Problem `validation_failed` */
  span(now = new Date()): TimeSpan {
    if (this.from !== undefined && this.window_days !== undefined)
      throw mistaken('window_days', 'It stands beside from.', 'Send one of the two.');
    const to = this.to === undefined ? now : new Date(this.to);
    const start = this.from === undefined ? to.getTime() - (this.window_days ?? DEFAULT_DAYS) * DAY_MS : Date.parse(this.from);
    if (start >= to.getTime()) throw mistaken('from', 'It is not before to.', 'Send an earlier moment.');
    if (to.getTime() - start > MAX_DAYS * DAY_MS)
      throw mistaken('from', `The window is longer than ${MAX_DAYS} days.`, 'Send a later moment.');
    return { from: new Date(Math.floor(start / HOUR_MS) * HOUR_MS), to };
  }

  /** RFC 9110 §12.5.1, as far as two types need it. */
  wantsMermaid(accept: string | undefined): boolean {
    if (this.format !== undefined) return this.format === 'mermaid';
    return (accept ?? '').split(',').some((range) => /^\s*text\/vnd\.mermaid\s*(?:;(?!\s*q=0(?:\.0*)?\s*$).*)?$/i.test(range));
  }
}

function mistaken(location: string, message: string, fix: string): Error {
  return httpProblem('validation_failed', 'The window makes no sense.', { errors: [{ location, message, fix }] });
}
