import { randomUUID } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { isSecret, mintSecret, OAuthError, type Client } from '@countersign/oauth';
import { AuditLog } from '../../platform/audit/index.js';
import { SecretDigests } from '../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { Reaper } from '../../platform/reaper/index.js';
import type { GrantedAuthorization, StoredCode } from './authorization-code.js';
import { AuthorizationCodesRepository } from './authorization-codes.repository.js';
import { judgeRedemption, type Redemption } from './code-redemption.policy.js';

/** AZ-19. */
export const CODE_LIFETIME_SECONDS = 60;
/** How long a used code is known, so that a second use of it stops what came of the first. */
const REMEMBERED_SECONDS = 600;

/** Codes: made when a person allows something, redeemed once by who asked for them. Only digests are stored. */
@Injectable()
export class AuthorizationCodes implements OnModuleInit {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: AuthorizationCodesRepository,
    private readonly digests: SecretDigests,
    private readonly audit: AuditLog,
    private readonly reaper: Reaper,
  ) {}

  onModuleInit(): void {
    this.reaper.add({ name: 'authorization_codes', reap: (tx, limit) => this.repository.reap(tx, limit) });
  }

  /** @returns the code, whose text exists nowhere else; good once the transaction is committed. */
  async issue(tx: Transaction, granted: GrantedAuthorization): Promise<string> {
    const code = mintSecret('csn_code');
    const { digest } = this.digests.digest(code);
    const [redeemableUntil, expiresAt] = [CODE_LIFETIME_SECONDS, REMEMBERED_SECONDS].map(
      (seconds) => new Date(Date.now() + seconds * 1000),
    ) as [Date, Date];
    const stored = { ...granted, digest, familyId: randomUUID(), redeemableUntil, redeemedAt: undefined };
    await this.repository.insert(tx, stored, expiresAt);
    return code;
  }

  /** What a code stands for. @throws OAuthError `invalid_grant`, after a second use also for all that came of the first */
  async examine(text: string, client: Client, redemption: Omit<Redemption, 'clientId'>): Promise<StoredCode> {
    const code = isSecret(text, 'csn_code') ? await this.find(text) : undefined;
    if (!code) throw refused('unknown_code');
    const refusal = judgeRedemption(code, { ...redemption, clientId: client.id }, new Date());
    if (refusal === 'reused') throw await this.reused(code, client);
    if (refusal) throw refused(refusal);
    return code;
  }

  /** Uses it up, together with what `begin` writes. @throws OAuthError `invalid_grant` where somebody was faster: then two hold the code */
  async redeem<T>(code: StoredCode, client: Client, begin: (tx: Transaction) => Promise<T>): Promise<T> {
    let begun: { value: T } | undefined;
    const isRedeemed = await this.transactions.attempt(async (tx) => {
      // The consent before the code, in the order in which both are withdrawn.
      const asked = Promise.all([this.repository.holdConsent(tx, code), this.repository.redeem(tx, code.digest)]);
      const beginning = begin(tx);
      // Heard below, unless it has nothing to stand on.
      beginning.catch(() => undefined);
      const [isHeld, isFirst] = await asked;
      if (!isHeld) throw refused('consent_withdrawn');
      if (isFirst) begun = { value: await beginning };
      return isFirst;
    });
    if (!isRedeemed || !begun) throw await this.reused(code, client);
    return begun.value;
  }

  private find(text: string): Promise<StoredCode | undefined> {
    return this.transactions.ask((tx) => this.repository.find(tx, this.digests.everyDigest(text)));
  }

  /** CODE-4. The code is gone afterwards, so that whoever sends it on and on writes no more than one event. */
  private async reused(code: StoredCode, client: Client): Promise<OAuthError> {
    await this.transactions.run(async (tx) => {
      if (!(await this.repository.delete(tx, code.digest))) return;
      await this.audit.record(tx, {
        action: 'authorization_code.reused',
        actor: { type: client.principalType, id: client.id, name: client.displayName },
        orgId: code.orgId,
        target: { type: 'token_family', id: code.familyId },
        result: 'failure',
        details: { client_id: code.clientId, user_id: code.userId, grant_id: code.consentId, redeemed_at: code.redeemedAt?.toISOString() },
      });
    });
    return refused('code_reused');
  }
}

/** One answer for all; only `detail` tells the causes apart, and it is never sent. */
function refused(detail: string): OAuthError {
  return new OAuthError('invalid_grant', 'The code is unknown, was used, has expired, or does not fit this request.', { detail });
}
