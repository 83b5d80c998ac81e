import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { AuditLog, type AuditOrigin } from '../../platform/audit/index.js';
import { TenantTransactions } from '../../platform/database/index.js';
import { actorOf, orgOf } from '../caller-org.js';
import { invalidFields } from '../invalid-fields.js';
import type { IngestEventsRequest, IngestEventsResponse } from './dto/ingest-events.dto.js';
import { mistakesOf, toEvent } from './events.policy.js';
import { EventsRepository } from './events.repository.js';

@Injectable()
export class EventsService {
  constructor(
    private readonly transactions: TenantTransactions,
    private readonly repository: EventsRepository,
    private readonly audit: AuditLog,
  ) {}

  async ingest(caller: Caller, request: IngestEventsRequest, origin: AuditOrigin): Promise<IngestEventsResponse> {
    const orgId = orgOf(caller);
    const mistakes = mistakesOf(request.events, Date.now());
    if (mistakes.length > 0) throw invalidFields(mistakes);
    const events = (request.events as Record<string, unknown>[]).map(toEvent);
    return this.transactions.run(orgId, async (tx) => {
      const accepted = await this.repository.insert(tx, orgId, events);
      const outcome = { accepted, duplicates: events.length - accepted };
      if (accepted > 0)
        await this.audit.record(tx, { action: 'analytics.events.ingested', actor: actorOf(caller), orgId, origin, details: outcome });
      return outcome;
    });
  }
}
