import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { AuditLog, type AuditOrigin } from '../../platform/audit/index.js';
import { TenantTransactions } from '../../platform/database/index.js';
import { httpProblem } from '../../platform/http/index.js';
import { orgOf, serviceNameOf } from '../caller-org.js';

/** The organization of an internal call: that of the token. A caller that names another one is stopped and written down. */
@Injectable()
export class TenantCheck {
  constructor(
    private readonly transactions: TenantTransactions,
    private readonly audit: AuditLog,
  ) {}

  /** @param named in the body, which never chooses. @throws Problem `forbidden` */
  async orgOf(caller: Caller, named: string | undefined, origin: AuditOrigin): Promise<string> {
    const orgId = orgOf(caller);
    if (named === undefined || named === orgId) return orgId;
    await this.transactions.run(orgId, (tx) =>
      this.audit.record(tx, {
        action: 'analytics.internal_call.refused',
        actor: { type: caller.principalType, id: caller.clientId, name: serviceNameOf(caller) },
        orgId,
        result: 'failure',
        reasonCode: 'other_org_named',
        origin,
        details: { named_org_id: named, subject: caller.subject, grant_id: caller.grantId, audience: caller.claims?.aud },
      }),
    );
    throw httpProblem('forbidden', 'The body names another organization than the access token. The token decides: leave org_id out.');
  }
}
