import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { AuditLog, type AuditOrigin } from '../../platform/audit/index.js';
import { newId } from '../../platform/crypto/index.js';
import { TenantTransactions } from '../../platform/database/index.js';
import { assertPeriod, PeriodRepository } from '../period/index.js';
import type { ExportResponse, PeriodRequest } from './dto/internal-call.dto.js';
import { serviceNameOf } from '../caller-org.js';
import { ExportsRepository, type StoredExport } from './exports.repository.js';
import { TenantCheck } from './tenant-check.js';

/** Exports of what customers paid, started by billing. */
@Injectable()
export class ExportsService {
  constructor(
    private readonly tenants: TenantCheck,
    private readonly transactions: TenantTransactions,
    private readonly periods: PeriodRepository,
    private readonly repository: ExportsRepository,
    private readonly audit: AuditLog,
  ) {}

  async start(caller: Caller, { from, to, org_id }: PeriodRequest, origin: AuditOrigin): Promise<ExportResponse> {
    const orgId = await this.tenants.orgOf(caller, org_id, origin);
    return this.transactions.run(orgId, async (tx) => {
      const period = await this.periods.resolve(tx, orgId, { from, to, timezone: 'account' });
      assertPeriod(period, { from: '/from', to: '/to' });
      const written = await this.repository.write(tx, orgId, { id: newId('exp'), period, requestedBy: caller.subject });
      await this.audit.record(tx, {
        action: 'analytics.export.started',
        actor: { type: caller.principalType, id: caller.clientId, name: serviceNameOf(caller) },
        orgId,
        target: { type: 'analytics_export', id: written.id },
        origin,
        details: { subject: caller.subject, from: period.from, to: period.to, customers: written.customers },
      });
      return toResponse(written);
    });
  }
}

function toResponse({
  id,
  status,
  period_from,
  period_to,
  customers,
  amount_cents,
  requested_by,
  created_at,
}: StoredExport): ExportResponse {
  return {
    id,
    status,
    from: period_from.toISOString(),
    to: period_to.toISOString(),
    customers,
    amount_cents: Number(amount_cents),
    requested_by,
    created_at: created_at.toISOString(),
  };
}
