import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { sqlState, UNIQUE_VIOLATION, type Transaction } from '../../platform/database/index.js';
import { Problem } from '../../platform/http/index.js';
import { Idempotency, type Submission } from '../../platform/idempotency/index.js';
import { actOf, ChangeRecorder } from '../administration/index.js';
import { keyOf } from './trusted-issuer-source.js';
import type { TrustedIssuer } from './trusted-issuer.entity.js';
import { TRUSTED_ISSUERS_PROBLEMS } from './trusted-issuers.errors.js';

interface TrustChange {
  readonly action: 'created' | 'updated' | 'deleted';
  readonly trust: TrustedIssuer;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The audit events of trusted issuers, and the word to replicas that goes with them. */
@Injectable()
export class TrustRecords {
  constructor(
    private readonly recorder: ChangeRecorder,
    private readonly idempotency: Idempotency,
  ) {}

  once<T extends object>(tx: Transaction, submission: Submission, work: () => Promise<T>): Promise<T> {
    return this.idempotency.once(tx, submission.idempotency, work);
  }

  /** @throws Problem `issuer_already_trusted` */
  async saving(save: () => Promise<void>): Promise<void> {
    try {
      await save();
    } catch (error) {
      if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
      throw new Problem(
        TRUSTED_ISSUERS_PROBLEMS,
        'issuer_already_trusted',
        'There is an entry for this issuer already. Add rules to that one.',
        {
          errors: [{ location: '/issuer', message: 'The issuer is trusted already.', fix: 'Change the entry that has it.' }],
        },
      );
    }
  }

  /** Last in its transaction. */
  async changed(tx: Transaction, caller: Caller, origin: AuditOrigin, { action, trust, details }: TrustChange): Promise<void> {
    await this.recorder.record(tx, actOf(caller, origin), {
      action: `trusted_issuer.${action}`,
      orgId: trust.orgId,
      target: { type: 'trusted_issuer', id: trust.id, name: trust.issuer },
      details,
    });
    await this.recorder.announce(tx, 'trusted_issuers', keyOf(trust.orgId));
  }
}
