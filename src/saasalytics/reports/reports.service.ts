import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { Registry } from '@countersign/oauth';
import { AuditLog, type AuditOrigin } from '../../platform/audit/index.js';
import { isId, newId } from '../../platform/crypto/index.js';
import { TenantTransactions } from '../../platform/database/index.js';
import { httpProblem } from '../../platform/http/index.js';
import { actorOf, orgOf } from '../caller-org.js';
import { assertPeriod, PeriodRepository } from '../period/index.js';
import { ActivityReportRepository } from './activity-report.repository.js';
import { ReportResponse, type GenerateReportRequest } from './dto/report.dto.js';
import { FinancialReportRepository } from './financial-report.repository.js';
import { ReportsRepository } from './reports.repository.js';
import type { ReportSource } from './report.js';

@Injectable()
export class ReportsService {
  private readonly sources: Registry<ReportSource>;

  constructor(
    private readonly transactions: TenantTransactions,
    private readonly periods: PeriodRepository,
    private readonly repository: ReportsRepository,
    private readonly audit: AuditLog,
    activity: ActivityReportRepository,
    financial: FinancialReportRepository,
  ) {
    this.sources = new Registry('report', [activity, financial]);
  }

  generate(caller: Caller, { kind, from, to }: GenerateReportRequest, origin: AuditOrigin): Promise<ReportResponse> {
    const orgId = orgOf(caller);
    return this.transactions.run(orgId, async (tx) => {
      const period = await this.periods.resolve(tx, orgId, { from, to, timezone: 'account' });
      assertPeriod(period, { from: '/from', to: '/to' });
      const result = await this.sources.get(kind).compute(tx, orgId, period);
      const report = await this.repository.insert(tx, orgId, { id: newId('rep'), kind, period, requestedBy: caller.clientId, result });
      await this.audit.record(tx, {
        action: 'analytics.report.generated',
        actor: actorOf(caller),
        orgId,
        target: { type: 'analytics_report', id: report.id },
        origin,
        details: { kind, from: period.from, to: period.to },
      });
      return ReportResponse.of(report);
    });
  }

  async read(caller: Caller, id: string): Promise<ReportResponse> {
    const orgId = orgOf(caller);
    const report = isId(id, 'rep') ? await this.transactions.run(orgId, (tx) => this.repository.find(tx, orgId, id)) : undefined;
    if (!report) throw httpProblem('not_found', 'There is no report with this id.');
    return ReportResponse.of(report);
  }
}
