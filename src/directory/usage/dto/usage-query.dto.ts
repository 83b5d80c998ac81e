import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import { IsMoment, ListQuery } from '../../../platform/http/index.js';
import { USAGE_RESULTS } from '../usage-line.js';
import { USAGE_DIMENSIONS, type UsageDimension, type UsageFilter } from '../usage.repository.js';

// PostgreSQL takes no NUL in text.
const PRINTABLE = /^[^\p{Cc}]{1,256}$/u;

/** A sum over all that is kept is seldom meant, and slow. */
const SUM_MS = 30 * 86_400_000;

export class UsageQuery extends ListQuery {
  @ApiPropertyOptional({ description: 'Calls of this client.', example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @IsOptional()
  @Matches(PRINTABLE)
  principal?: string;

  @ApiPropertyOptional({
    description: 'Calls of clients of this organization. A caller that belongs to one sees only its own in any case.',
    example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  @IsOptional()
  @Matches(PRINTABLE)
  org_id?: string;

  @ApiPropertyOptional({ description: 'Calls at the API with this id.', example: 'api_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @IsOptional()
  @Matches(PRINTABLE)
  api?: string;

  @ApiPropertyOptional({ description: 'Calls at the API with this identifier.', example: 'https://api.example.com' })
  @IsOptional()
  @Matches(PRINTABLE)
  audience?: string;

  @ApiPropertyOptional({ description: 'Calls that needed this scope, perhaps among others.', example: 'read:invoices' })
  @IsOptional()
  @Matches(PRINTABLE)
  scope?: string;

  @ApiPropertyOptional({ description: 'Calls of this operation.', example: 'InvoicesController.list' })
  @IsOptional()
  @Matches(PRINTABLE)
  operation?: string;

  @ApiPropertyOptional({ enum: USAGE_RESULTS, description: 'Calls that were let in, or refused with this code.', example: 'accepted' })
  @IsOptional()
  @IsIn(USAGE_RESULTS)
  result?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Hours that begin then or later.', example: '2026-11-01T00:00:00Z' })
  @IsOptional()
  @IsMoment()
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'Hours that begin before then.', example: '2026-12-01T00:00:00Z' })
  @IsOptional()
  @IsMoment()
  to?: string;

  @ApiPropertyOptional({
    enum: USAGE_DIMENSIONS,
    description:
      'Sums by this, most calls first; the other fields are null. Without `from`: of the last 30 days. A call that needed two scopes counts for both. Left out: one row per hour and kind of call, newest first.',
    example: 'principal',
  })
  @IsOptional()
  @IsIn(USAGE_DIMENSIONS)
  group_by?: UsageDimension;

  /** @param audienceId id of the API that `audience` names. */
  toFilter(audienceId: string | undefined): UsageFilter {
    const { principal: clientId, org_id: orgId, scope, operation, result } = this;
    const to = this.to === undefined ? undefined : new Date(this.to);
    const apiIds = [this.api, this.audience === undefined ? undefined : (audienceId ?? '')].filter((id) => id !== undefined);
    return { clientId, orgId, apiIds, scope, operation, result, from: this.start(to), to };
  }

  private start(to = new Date()): Date | undefined {
    if (this.from !== undefined) return new Date(this.from);
    return this.group_by === undefined ? undefined : new Date(to.getTime() - SUM_MS);
  }
}
