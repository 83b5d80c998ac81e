import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { actOf, ChangeRecorder, notFound, requireEntry, requireOperator } from '../administration/index.js';
import { OrgDocument, type OrgSuspensionDocument } from './dto/org.dto.js';
import { OrgImpact } from './org-impact.js';
import type { Org } from './org.entity.js';
import { OrgsRepository } from './orgs.repository.js';
import { targetOf } from './orgs.service.js';

/** Stops and restarts a whole organization. Operators only. */
@Injectable()
export class OrgSuspension {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: OrgsRepository,
    private readonly impact: OrgImpact,
    private readonly recorder: ChangeRecorder,
  ) {}

  /** Suspending a suspended organization changes nothing and succeeds. */
  suspend(caller: Caller, origin: AuditOrigin, id: string, dryRun: boolean): Promise<OrgSuspensionDocument> {
    requireEntry(caller, id);
    requireOperator(caller);
    return this.transactions.run(async (tx) => {
      const org = await this.getForUpdate(tx, id);
      const affected = await this.impact.of(tx, id);
      if (!dryRun && org.isActive()) {
        await this.setStatus(tx, org, 'suspended');
        await this.recorder.record(tx, actOf(caller, origin), {
          action: 'org.suspended',
          orgId: id,
          target: targetOf(org),
          details: { affected },
        });
        await this.recorder.announce(tx, 'orgs', id);
      }
      return { ...OrgDocument.from(org), dry_run: dryRun, affected };
    });
  }

  reinstate(caller: Caller, origin: AuditOrigin, id: string): Promise<OrgDocument> {
    requireEntry(caller, id);
    requireOperator(caller);
    return this.transactions.run(async (tx) => {
      const org = await this.getForUpdate(tx, id);
      if (!org.isActive()) {
        await this.setStatus(tx, org, 'active');
        await this.recorder.record(tx, actOf(caller, origin), { action: 'org.reinstated', orgId: id, target: targetOf(org) });
        await this.recorder.announce(tx, 'orgs', id);
      }
      return OrgDocument.from(org);
    });
  }

  private async setStatus(tx: Transaction, org: Org, status: Org['status']): Promise<void> {
    org.status = status;
    org.updatedAt = new Date();
    await this.repository.update(tx, org);
  }

  private async getForUpdate(tx: Transaction, id: string): Promise<Org> {
    const org = await this.repository.findForUpdate(tx, id);
    if (!org) throw notFound();
    org.requireChangeable();
    return org;
  }
}
