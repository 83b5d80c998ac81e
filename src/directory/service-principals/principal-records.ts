import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { Idempotency, type Submission } from '../../platform/idempotency/index.js';
import { actOf, ChangeRecorder } from '../administration/index.js';
import type { ClientSecret, MintedSecret } from '../credentials/index.js';
import type { ServicePrincipal } from './service-principal.entity.js';

interface PrincipalChange {
  readonly action: string;
  readonly principal: ServicePrincipal;
  readonly details?: Readonly<Record<string, unknown>>;
}

interface SecretChange {
  readonly action: string;
  readonly orgId: string;
  readonly clientId: string;
  readonly secret: Pick<ClientSecret, 'id' | 'name' | 'hint'>;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The audit events of service principals and their secrets, and the word to replicas that goes with them. */
@Injectable()
export class PrincipalRecords {
  constructor(
    private readonly recorder: ChangeRecorder,
    private readonly idempotency: Idempotency,
  ) {}

  once<T extends object>(tx: Transaction, submission: Submission, work: () => Promise<T>): Promise<T> {
    return this.idempotency.once(tx, submission.idempotency, work);
  }

  async created(
    tx: Transaction,
    caller: Caller,
    { origin }: Submission,
    principal: ServicePrincipal,
    minted: MintedSecret | undefined,
  ): Promise<void> {
    const { id: clientId, orgId } = principal;
    if (minted && orgId)
      await this.secret(tx, caller, origin, { action: 'service_principal.secret.created', orgId, clientId, secret: minted.record });
    await this.changed(tx, caller, origin, { action: 'service_principal.created', principal, details: { after: principal.facts() } });
  }

  /** Last in its transaction. */
  async changed(tx: Transaction, caller: Caller, origin: AuditOrigin, { action, principal, details }: PrincipalChange): Promise<void> {
    const { id, name, orgId } = principal;
    await this.recorder.record(tx, actOf(caller, origin), {
      action,
      orgId,
      target: { type: 'service_principal', id, name },
      details: { client_id: id, ...details },
    });
    await this.announce(tx, id);
  }

  async secret(
    tx: Transaction,
    caller: Caller,
    origin: AuditOrigin,
    { action, orgId, clientId, secret, details }: SecretChange,
  ): Promise<void> {
    const target = { type: 'secret', id: secret.id, name: secret.name ?? undefined };
    await this.recorder.record(tx, actOf(caller, origin), {
      action,
      orgId,
      target,
      details: { client_id: clientId, hint: secret.hint, ...details },
    });
  }

  async announce(tx: Transaction, clientId: string): Promise<void> {
    await this.recorder.announce(tx, 'clients', clientId);
  }
}
