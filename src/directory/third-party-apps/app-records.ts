import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { Idempotency, type Submission } from '../../platform/idempotency/index.js';
import { type Act, actOf, ChangeRecorder } from '../administration/index.js';
import type { ClientSecret } from '../credentials/index.js';
import { AppGrants } from './app-grants.js';
import type { ThirdPartyApp } from './third-party-app.entity.js';

/** The audit events of apps and their secrets, and the word to replicas that goes with them. */
@Injectable()
export class AppRecords {
  constructor(
    private readonly recorder: ChangeRecorder,
    private readonly idempotency: Idempotency,
    private readonly grants: AppGrants,
  ) {}

  once<T extends object>(tx: Transaction, submission: Submission, work: () => Promise<T>): Promise<T> {
    return this.idempotency.once(tx, submission.idempotency, work);
  }

  /** The fields of an audit event's before and after. */
  factsOf(app: ThirdPartyApp): Record<string, unknown> {
    return { ...app.facts(), grants: this.grants.write(app.grants) };
  }

  /** Last in its transaction. */
  async changed(
    tx: Transaction,
    act: Act,
    action: string,
    app: ThirdPartyApp,
    details: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    const { id, name, publisherOrgId } = app;
    await this.recorder.record(tx, act, {
      action,
      orgId: publisherOrgId,
      target: { type: 'app', id, name },
      details: { client_id: id, ...details },
    });
    await this.announce(tx, id);
  }

  async secret(
    tx: Transaction,
    { caller, origin }: { caller: Caller; origin: AuditOrigin },
    action: string,
    app: ThirdPartyApp,
    secret: Pick<ClientSecret, 'id' | 'name' | 'hint'>,
    details: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    await this.recorder.record(tx, actOf(caller, origin), {
      action,
      orgId: app.publisherOrgId,
      target: { type: 'secret', id: secret.id, name: secret.name ?? undefined },
      details: { client_id: app.id, hint: secret.hint, ...details },
    });
  }

  async announce(tx: Transaction, clientId: string): Promise<void> {
    await this.recorder.announce(tx, 'clients', clientId);
  }
}
