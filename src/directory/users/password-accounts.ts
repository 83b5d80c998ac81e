import { Injectable } from '@nestjs/common';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { HashingBusy, PasswordHasher, type Asker } from '../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { httpProblem } from '../../platform/http/index.js';
import { ChangeRecorder } from '../administration/index.js';
import { readEmail } from './email.policy.js';
import { PasswordResetsRepository } from './password-resets.repository.js';
import { mistakeInPassword, normalizePassword } from './password.policy.js';
import { UsersRepository, type StoredPassword } from './users.repository.js';

/** A password that was right when it was looked at. `PasswordAccounts.hold` says whether it still is. */
export type ProvenPassword = StoredPassword;

export interface PasswordChange {
  readonly present: string;
  readonly next: string;
}

/** Passwords of people. */
@Injectable()
export class PasswordAccounts {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: UsersRepository,
    private readonly hasher: PasswordHasher,
    private readonly recorder: ChangeRecorder,
    private readonly resets: PasswordResetsRepository,
  ) {}

  /** Whether somebody signs in with this address by password. Never to be told to who has not proven anything. */
  async has(email: string): Promise<boolean> {
    return (await this.find(email)) !== undefined;
  }

  /** Whether a person has a password of ours; for them to see. */
  async hasOf(userId: string): Promise<boolean> {
    return (await this.transactions.run((tx) => this.repository.findPasswordOf(tx, userId))) !== undefined;
  }

  /**
   * Undefined for a wrong password and for an unknown address alike, after the same work.
   * @throws Problem `service_unavailable` when too many passwords are being hashed
   */
  async verify(email: string, password: string, asker: Asker): Promise<ProvenPassword | undefined> {
    const stored = await this.find(email);
    const matches = await unlessBusy(() => this.hasher.verify(stored?.hash, normalizePassword(password), asker));
    return matches ? stored : undefined;
  }

  /** Whether the proven password is still the person's, and the person not disabled; until the transaction ends that cannot change. */
  hold(tx: Transaction, proven: ProvenPassword): Promise<boolean> {
    return this.repository.holdPassword(tx, proven);
  }

  /**
   * Asks for the present password, and ends with the event `user.password_changed`.
   * @returns the new one; undefined when the present password is wrong, or the person has none
   * @throws Problem `validation_failed` when the new one will not do, `service_unavailable` before anything is changed
   */
  async change(userId: string, { present, next }: PasswordChange, asker: Asker, origin: AuditOrigin): Promise<ProvenPassword | undefined> {
    const stored = await this.transactions.run((tx) => this.repository.findPasswordOf(tx, userId));
    if (stored) requireGood(next, stored.email, '/new_password');
    const matches = await unlessBusy(() => this.hasher.verify(stored?.hash, normalizePassword(present), asker));
    if (!stored || !matches) return undefined;
    const hash = await this.hash(next, asker);
    return this.transactions.run(async (tx) => {
      // A second change that ran meanwhile has taken this one's ground away.
      if (!(await this.repository.replacePassword(tx, stored, hash))) return undefined;
      await this.resets.deleteOf(tx, userId);
      await this.changed(tx, { userId, email: stored.email }, origin);
      return { userId, hash };
    });
  }

  /**
   * Whoever proved that they may takes a new password.
   * @param mayReset whose password it is; asked in the transaction that sets it. Undefined: nobody's any more
   */
  async reset(
    { email, hash }: { email: string; hash: string },
    mayReset: (tx: Transaction) => Promise<string | undefined>,
    origin: AuditOrigin,
  ): Promise<ProvenPassword | undefined> {
    return this.transactions.run(async (tx) => {
      const userId = await mayReset(tx);
      if (userId === undefined || !(await this.repository.holdActive(tx, userId))) return undefined;
      await this.repository.setPassword(tx, { userId, hash });
      await this.changed(tx, { userId, email }, origin, { by: 'reset_link' });
      return { userId, hash };
    });
  }

  /**
   * Also of a password that somebody has: it was as good when they chose it.
   * @throws Problem `validation_failed`
   */
  requireGood(password: string, email: string): void {
    requireGood(password, email, '/password');
  }

  /** @throws Problem `validation_failed` when the password will not do, `service_unavailable` */
  async hashNew(password: string, email: string, asker: Asker = 'stranger'): Promise<string> {
    this.requireGood(password, email);
    return this.hash(password, asker);
  }

  private hash(password: string, asker: Asker): Promise<string> {
    return unlessBusy(() => this.hasher.hash(normalizePassword(password), asker));
  }

  private changed(
    tx: Transaction,
    { userId, email }: { userId: string; email: string },
    origin: AuditOrigin,
    details?: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    return this.recorder.record(
      tx,
      { actor: { type: 'user', id: userId }, origin },
      { action: 'user.password_changed', target: { type: 'user', id: userId, name: email }, ...(details && { details }) },
    );
  }

  private async find(email: string): Promise<StoredPassword | undefined> {
    const address = readEmail(email);
    // Asked about all the same: an address that is none must not be answered sooner.
    return this.transactions.run((tx) => this.repository.findPassword(tx, address ?? ''));
  }
}

async function unlessBusy<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HashingBusy)) throw error;
    throw httpProblem('service_unavailable', 'Too many people are signing in right now. Try again shortly.', {
      cause: error,
      headers: { 'retry-after': '2' },
    });
  }
}

function requireGood(password: string, email: string, location: string): void {
  const mistake = mistakeInPassword(password, { email });
  if (mistake)
    throw httpProblem('validation_failed', `${mistake} Nothing was stored.`, {
      errors: [{ location, message: mistake, fix: 'Choose a longer one, such as four or five words.' }],
    });
}
