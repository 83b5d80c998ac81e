import { Injectable, type OnModuleInit } from '@nestjs/common';
import { isSecret, mintSecret } from '@countersign/oauth';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { Configuration } from '../../platform/config/index.js';
import { SecretDigests } from '../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { Reaper } from '../../platform/reaper/index.js';
import { PasswordAccounts, type ProvenPassword } from './password-accounts.js';
import { PasswordResetsRepository, type PasswordResetTarget } from './password-resets.repository.js';

/** Long enough to be handed over, short enough not to lie around. */
const RESET_LIFETIME_SECONDS = 86_400;

export interface MintedReset {
  /** The link itself; stored nowhere. */
  readonly url: string;
  readonly hint: string;
  readonly expiresAt: Date;
}

/** One-time links by which somebody who forgot the password chooses a new one. Operators make them; nobody can ask for one by an address. */
@Injectable()
export class PasswordResets implements OnModuleInit {
  private readonly publicUrl: string;

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: PasswordResetsRepository,
    private readonly passwords: PasswordAccounts,
    private readonly digests: SecretDigests,
    private readonly reaper: Reaper,
    { settings }: Configuration,
  ) {
    this.publicUrl = settings.PUBLIC_URL;
  }

  onModuleInit(): void {
    this.reaper.add({ name: 'password-resets', reap: (tx, limit) => this.repository.reap(tx, limit) });
  }

  /** The one that the person had stops working. */
  async mint(tx: Transaction, userId: string, createdBy: string): Promise<MintedReset> {
    const text = mintSecret('csn_reset');
    const hint = text.slice(-4);
    const reset = { userId, ...this.digests.digest(text), hint, createdBy, lifetimeSeconds: RESET_LIFETIME_SECONDS };
    return { url: `${this.publicUrl}/login/reset?link=${text}`, hint, expiresAt: await this.repository.replace(tx, reset) };
  }

  /** The one that the person has stops working. */
  end(tx: Transaction, userId: string): Promise<void> {
    return this.repository.deleteOf(tx, userId);
  }

  /** Looks, and changes nothing. Undefined: never made, used, replaced or expired; nobody is told which. */
  async find(link: string): Promise<PasswordResetTarget | undefined> {
    if (!isSecret(link, 'csn_reset')) return undefined;
    return this.transactions.run((tx) => this.repository.find(tx, this.digests.everyDigest(link)));
  }

  /**
   * Ends with the event `user.password_changed`; the link is good for nobody else afterwards.
   * @returns undefined when it does not work
   * @throws Problem `validation_failed` when the password will not do, `service_unavailable`; the link still works
   */
  async use(link: string, password: string, origin: AuditOrigin): Promise<(ProvenPassword & { email: string }) | undefined> {
    const target = await this.find(link);
    if (!target) return undefined;
    const { email } = target;
    const hash = await this.passwords.hashNew(password, email);
    const spend = (tx: Transaction): Promise<string | undefined> => this.repository.spend(tx, this.digests.everyDigest(link));
    const proven = await this.passwords.reset({ email, hash }, spend, origin);
    return proven && { ...proven, email };
  }
}
