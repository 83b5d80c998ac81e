import { Injectable } from '@nestjs/common';
import type { UsageEntry } from '@countersign/resource-server';
import { ApiCatalogue, type CatalogueApi } from '../../directory/api-resources/index.js';
import { toUsageLine, UsageIntake } from '../../directory/usage/index.js';
import { AuditWriter, type AuditOrigin } from '../../platform/audit/index.js';
import { Configuration } from '../../platform/config/index.js';
import { httpProblem } from '../../platform/http/index.js';
import { RateLimiter, rateLimitHeaders, type RateLimitPolicy } from '../../platform/rate-limit/index.js';
import type { ApiClient } from '../client-auth/index.js';
import type { UsageReceipt, UsageReportBody } from './dto/usage-report.dto.js';
import { mistakesOf } from './usage-entries.policy.js';

const MAX_ITEMS = 20;

/** Takes reports of guards. Whose calls they are about is said by the credential and by the directory, never by the report. */
@Injectable()
export class UsageReports {
  private readonly perApi: RateLimitPolicy;

  constructor(
    private readonly intake: UsageIntake,
    private readonly catalogue: ApiCatalogue,
    private readonly limiter: RateLimiter,
    private readonly audit: AuditWriter,
    { settings }: Configuration,
  ) {
    this.perApi = { name: 'usage-reports', limit: settings.RATE_LIMIT_USAGE_REPORTS_PER_API, windowSeconds: 60 };
  }

  /** @throws Problem `forbidden` for a report about another API, `rate_limited`, `validation_failed` */
  async accept({ api, credentialId }: ApiClient, origin: AuditOrigin, body: UsageReportBody): Promise<UsageReceipt> {
    await this.limit(api);
    if (this.catalogue.find(body.audience)?.id !== api.id) throw await this.refuse(api, { credentialId, origin, audience: body.audience });
    const mistakes = mistakesOf(body.entries, Date.now());
    if (mistakes.length > 0) {
      const errors = mistakes.slice(0, MAX_ITEMS);
      throw httpProblem('validation_failed', `${mistakes.length} fields are unknown, missing or invalid. Nothing was counted.`, { errors });
    }
    const lines = (body.entries as UsageEntry[]).map(toUsageLine);
    const counted = await this.intake.count(api.id, { id: body.report_id, lines });
    return { report_id: body.report_id, status: counted ? 'counted' : 'already_counted' };
  }

  private async limit({ id }: CatalogueApi): Promise<void> {
    const state = await this.limiter.consume(this.perApi, id);
    if (state.allowed) return;
    throw httpProblem('rate_limited', `The guards of this API have sent their ${this.perApi.limit} reports of this minute.`, {
      headers: rateLimitHeaders(state),
    });
  }

  private async refuse(api: CatalogueApi, facts: { credentialId: string; origin: AuditOrigin; audience: string }): Promise<Error> {
    const event = {
      action: 'usage_report.refused',
      actor: { type: 'service_principal', id: api.id, name: api.name },
      target: { type: 'api', id: api.id, name: api.name },
      result: 'failure',
      reasonCode: 'foreign_audience',
      origin: facts.origin,
      details: { credential_id: facts.credentialId, audience: facts.audience },
    } as const;
    // The refusal stands whether or not it can be recorded.
    await this.audit.append(event).catch(() => undefined);
    return httpProblem('forbidden', `These credentials report for ${api.identifier} only. Send its identifier as audience.`, {
      reason: 'foreign_audience',
    });
  }
}
