import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { mintSecret } from '@countersign/oauth';
import { actOf, ChangeRecorder, notFound, requireOperator } from '../../../directory/administration/index.js';
import type { AuditOrigin } from '../../../platform/audit/index.js';
import { newId, SecretDigests } from '../../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../../platform/database/index.js';
import { Idempotency, type Submission } from '../../../platform/idempotency/index.js';
import { Reaper } from '../../../platform/reaper/index.js';
import {
  DEFAULT_TOKEN_SECONDS,
  RegistrationTokenDocument,
  RegistrationTokenList,
  type CreateRegistrationToken,
  type MintedRegistrationToken,
} from './dto/registration-token.dto.js';
import { RegistrationTokensRepository } from './registration-tokens.repository.js';

/** Initial access tokens (RFC 7591 §3). Operators make them and hand them to whoever may register apps. */
@Injectable()
export class RegistrationTokens implements OnModuleInit {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: RegistrationTokensRepository,
    private readonly digests: SecretDigests,
    private readonly recorder: ChangeRecorder,
    private readonly idempotency: Idempotency,
    private readonly reaper: Reaper,
  ) {}

  onModuleInit(): void {
    this.reaper.add({ name: 'registration_tokens', reap: (tx, limit) => this.repository.reap(tx, limit) });
  }

  async create(caller: Caller, submission: Submission, body: CreateRegistrationToken): Promise<MintedRegistrationToken> {
    requireOperator(caller);
    const work = (tx: Transaction): Promise<MintedRegistrationToken> => this.mint(tx, caller, submission.origin, body);
    return this.transactions.run((tx) => this.idempotency.once(tx, submission.idempotency, () => work(tx), 'registration_token'));
  }

  async list(caller: Caller): Promise<RegistrationTokenList> {
    requireOperator(caller);
    return RegistrationTokenList.from(await this.transactions.run((tx) => this.repository.list(tx)));
  }

  async delete(caller: Caller, origin: AuditOrigin, id: string): Promise<void> {
    requireOperator(caller);
    await this.transactions.run(async (tx) => {
      const row = await this.repository.delete(tx, id);
      if (!row) throw notFound();
      await this.recorder.record(tx, actOf(caller, origin), {
        action: 'registration_token.deleted',
        target: { type: 'registration_token', id },
        details: { hint: row.hint, uses: row.uses },
      });
    });
  }

  private async mint(
    tx: Transaction,
    caller: Caller,
    origin: AuditOrigin,
    { note, max_uses: maxUses = 1, lifetime_seconds: lifetimeSeconds = DEFAULT_TOKEN_SECONDS }: CreateRegistrationToken,
  ): Promise<MintedRegistrationToken> {
    const text = mintSecret('csn_init');
    const token = { id: newId('rgt'), ...this.digests.digest(text), hint: text.slice(-4), note, maxUses, createdBy: caller.clientId };
    const row = await this.repository.insert(tx, { ...token, lifetimeSeconds });
    await this.recorder.record(tx, actOf(caller, origin), {
      action: 'registration_token.created',
      target: { type: 'registration_token', id: row.id },
      details: { hint: row.hint, note, max_uses: maxUses, expires_at: row.expires_at.toISOString() },
    });
    return { ...RegistrationTokenDocument.from(row), registration_token: text };
  }
}
