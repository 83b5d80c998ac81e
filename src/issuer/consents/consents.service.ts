import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/crypto/index.js';
import { PlatformTransactions, TenantTransactions, type Transaction } from '../../platform/database/index.js';
import { afterAnswer } from './consent.policy.js';
import { ConsentRecords, type ConsentAct } from './consent-records.js';
import { grantHandleOf, type Consent, type ConsentKey } from './consent.js';
import { ConsentsRepository, type ConsentFilter } from './consents.repository.js';

/** A person's answer to an app. */
export interface ConsentAnswer extends ConsentKey {
  /** What the person was asked about. */
  readonly asked: readonly string[];
  /** What they allowed of it. */
  readonly ticked: readonly string[];
  /** Those that the app has registered now. */
  readonly redirectUris: readonly string[];
}

/** What people allowed to apps. */
@Injectable()
export class Consents {
  constructor(
    private readonly tenants: TenantTransactions,
    private readonly platform: PlatformTransactions,
    private readonly repository: ConsentsRepository,
    private readonly records: ConsentRecords,
  ) {}

  find(key: ConsentKey): Promise<Consent | undefined> {
    return this.tenants.run(key.orgId, (tx) => this.repository.find(tx, key));
  }

  /** Keeps what was allowed. What was given before and is taken back now, its tokens lose too. */
  async record(act: ConsentAct, { asked, ticked, redirectUris, ...key }: ConsentAnswer): Promise<Consent> {
    return this.tenants.run(key.orgId, async (tx) => {
      const id = newId('con');
      const given = await this.repository.claim(tx, { id, ...key });
      const { scopes, isNarrower } = afterAnswer(given.scopes, asked, ticked);
      const answered = { ...given, scopes, redirectUris };
      if (isNarrower) return this.renew(tx, act, 'narrowed', answered);
      await this.repository.update(tx, answered);
      const isWider = scopes.some((scope) => !given.scopes.includes(scope));
      await this.records.changed(tx, act, given.id === id ? 'granted' : isWider ? 'widened' : 'confirmed', answered);
      return answered;
    });
  }

  /** All of one person, in every organization, newest first. For the person. */
  ofUser(userId: string): Promise<readonly Consent[]> {
    return this.platform.run(async (tx) => (await this.repository.list(tx, { userId }, undefined, MAX_OWN)).items);
  }

  /** One of a person; undefined where it is not theirs. */
  async findOwn(userId: string, id: string): Promise<Consent | undefined> {
    const consent = await this.platform.run((tx) => this.repository.findById(tx, id));
    return consent?.userId === userId ? consent : undefined;
  }

  /** Takes one back for its person; undefined where it is not theirs. */
  withdrawOwn(act: ConsentAct, userId: string, id: string): Promise<Consent | undefined> {
    return this.platform.run((tx) => this.withdrawWhere(tx, act, id, (consent) => consent.userId === userId));
  }

  /** Takes away all scopes but these for its person; undefined where it is not theirs. Without any, it is withdrawn. */
  narrowOwn(act: ConsentAct, userId: string, id: string, kept: readonly string[]): Promise<Consent | undefined> {
    return this.platform.run((tx) => this.narrowWhere(tx, act, id, kept, (consent) => consent.userId === userId));
  }

  async withdrawWhere(tx: Transaction, act: ConsentAct, id: string, mayAct: (consent: Consent) => boolean): Promise<Consent | undefined> {
    const consent = await this.repository.findForUpdate(tx, id);
    if (!consent || !mayAct(consent)) return undefined;
    await this.withdraw(tx, act, consent);
    return consent;
  }

  async narrowWhere(
    tx: Transaction,
    act: ConsentAct,
    id: string,
    kept: readonly string[],
    mayAct: (consent: Consent) => boolean,
  ): Promise<Consent | undefined> {
    const given = await this.repository.findForUpdate(tx, id);
    if (!given || !mayAct(given)) return undefined;
    const scopes = given.scopes.filter((scope) => kept.includes(scope));
    const consent = { ...given, scopes };
    if (scopes.length === 0) await this.withdraw(tx, act, given);
    else if (scopes.length < given.scopes.length) return this.renew(tx, act, 'narrowed', consent);
    return consent;
  }

  /** All that the filter finds stay, but present tokens die, in the transaction of what demands it. */
  async suspendAll(tx: Transaction, act: ConsentAct, filter: ConsentFilter, reason: string): Promise<void> {
    for (const consent of await this.repository.listAll(tx, filter)) await this.renew(tx, act, 'suspended', consent, { reason });
  }

  /** All that the filter finds, in the transaction of what demands it. Answers how many there were. */
  async withdrawAll(tx: Transaction, act: ConsentAct, filter: ConsentFilter): Promise<number> {
    const consents = await this.repository.listAll(tx, filter);
    for (const consent of consents) await this.withdraw(tx, act, consent);
    return consents.length;
  }

  /** Those of one organization that were given to apps which it neither lists nor publishes. */
  async withdrawUnlisted(tx: Transaction, act: ConsentAct, orgId: string, listed: readonly string[]): Promise<void> {
    for (const consent of await this.repository.listUnlisted(tx, orgId, listed)) await this.withdraw(tx, act, consent);
  }

  /** Codes and refresh tokens go with it, tokens by its handle. */
  private async withdraw(tx: Transaction, act: ConsentAct, consent: Consent): Promise<void> {
    await this.repository.delete(tx, consent.id);
    await this.records.changed(tx, act, 'withdrawn', consent, { ended_grant: grantHandleOf(consent) });
  }

  /** Keeps it as it is now, under another handle: the tokens of the one before die. */
  private async renew(
    tx: Transaction,
    act: ConsentAct,
    event: 'narrowed' | 'suspended',
    present: Consent,
    details: Readonly<Record<string, unknown>> = {},
  ): Promise<Consent> {
    const renewed = { ...present, generation: present.generation + 1 };
    await this.repository.update(tx, renewed);
    await this.records.changed(tx, act, event, renewed, { ...details, ended_grant: grantHandleOf(present) });
    return renewed;
  }
}

const MAX_OWN = 500;
