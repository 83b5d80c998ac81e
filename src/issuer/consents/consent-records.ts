import { Injectable } from '@nestjs/common';
import { AuditLog, type AuditActor, type AuditOrigin } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { ApiCatalogue } from '../../directory/api-resources/index.js';
import { endedGrantOf, type Consent, type ConsentEvent } from './consent.js';

/** Who changes a consent, and where the request came from. */
export interface ConsentAct {
  readonly actor: AuditActor;
  readonly origin: AuditOrigin | undefined;
}

/** The audit events of consents. */
@Injectable()
export class ConsentRecords {
  constructor(
    private readonly audit: AuditLog,
    private readonly apis: ApiCatalogue,
  ) {}

  changed(tx: Transaction, act: ConsentAct, event: ConsentEvent, consent: Consent): Promise<void> {
    return this.allChanged(tx, act, event, [consent]);
  }

  /** Many in a few statements. Last in the transaction: what takes something away holds up everybody else who revokes. */
  async allChanged(
    tx: Transaction,
    { actor, origin }: ConsentAct,
    event: ConsentEvent,
    consents: readonly Consent[],
    details: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    await this.audit.recordAll(
      tx,
      consents.map((consent) => ({
        action: `consent.${event}`,
        actor,
        origin,
        orgId: consent.orgId,
        target: { type: 'consent', id: consent.id },
        details: {
          user_id: consent.userId,
          client_id: consent.appId,
          audience: this.apis.byId(consent.apiId)?.identifier,
          scope: consent.scopes.join(' '),
          // For the revocation of tokens.
          ended_grant: endedGrantOf(event, consent),
          ...details,
        },
      })),
    );
  }
}
