import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { AuditRepository } from '../audit/index.js';
import { pageOf, PlatformTransactions, TenantTransactions, type Transaction } from '../database/index.js';
import { listDocument, type ListDocument } from '../http/index.js';
import { AuditEventDocument, type AuditEventsQuery } from './dto/audit-event.dto.js';

/** Shows the audit log: all of it to operators, its own part to an organization. */
@Injectable()
export class AuditEvents {
  constructor(
    private readonly platform: PlatformTransactions,
    private readonly tenants: TenantTransactions,
    private readonly repository: AuditRepository,
  ) {}

  list(caller: Caller, query: AuditEventsQuery): Promise<ListDocument<AuditEventDocument>> {
    const after = query.after();
    const work = async (tx: Transaction): Promise<ListDocument<AuditEventDocument>> => {
      const events = await this.repository.list(tx, query.toFilter(), after, query.limit);
      return listDocument(
        pageOf(events, query.limit, (event) => event.id),
        (event) => AuditEventDocument.from(event),
      );
    };
    const operator = caller.orgId === undefined && caller.principalType === 'service_principal';
    // Row-level security hides other organizations, whatever the filter asks for.
    return operator ? this.platform.run(work) : this.tenants.run(caller.orgId ?? '', work);
  }
}
