import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { TenantTransactions } from '../../platform/database/index.js';
import { assertPeriod, PeriodRepository } from '../period/index.js';
import type { PeriodRequest, RollupResponse } from './dto/internal-call.dto.js';
import { RollupsRepository } from './rollups.repository.js';
import { TenantCheck } from './tenant-check.js';

/** What dashboards show at once: sums by day, written when event-processing has taken in new events. */
@Injectable()
export class RollupsService {
  constructor(
    private readonly tenants: TenantCheck,
    private readonly transactions: TenantTransactions,
    private readonly periods: PeriodRepository,
    private readonly repository: RollupsRepository,
  ) {}

  async rollUp(caller: Caller, { from, to, org_id }: PeriodRequest, origin: AuditOrigin): Promise<RollupResponse> {
    const orgId = await this.tenants.orgOf(caller, org_id, origin);
    return this.transactions.run(orgId, async (tx) => {
      const period = await this.periods.resolve(tx, orgId, { from, to, timezone: 'account' });
      assertPeriod(period, { from: '/from', to: '/to' });
      const totals = await this.repository.rollUp(tx, orgId, period);
      return { from: period.from.toISOString(), to: period.to.toISOString(), timezone: period.timezone, ...totals };
    });
  }
}
