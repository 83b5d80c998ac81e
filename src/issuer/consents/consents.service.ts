import { Injectable } from '@nestjs/common';
import { newId } from '../../platform/crypto/index.js';
import { PlatformTransactions, TenantTransactions, type Transaction } from '../../platform/database/index.js';
import { afterAnswer } from './consent.policy.js';
import { ConsentRecords, type ConsentAct } from './consent-records.js';
import type { Consent, ConsentKey } from './consent.js';
import { ConsentsRepository } from './consents.repository.js';

/** A person's answer to an app. */
export interface ConsentAnswer extends ConsentKey {
  /** What the person was asked about. */
  readonly asked: readonly string[];
  /** What they allowed of it. */
  readonly ticked: readonly string[];
  /** Those that the app has registered now. */
  readonly redirectUris: readonly string[];
  /** Of an app that describes itself: of what the person looked at. */
  readonly appFingerprint: string | undefined;
}

/** Of one person: in one organization, or in all. */
export interface Whose {
  readonly userId: string;
  readonly orgId?: string;
}

interface Suspension {
  readonly reason: string;
  /** RT-7: codes and refresh tokens end too. */
  readonly endsGrants: boolean;
}

interface Withdrawal {
  /** At most as many as one transaction may take. */
  deleteSome(tx: Transaction): Promise<readonly Consent[]>;
  /** In the last transaction, with the number of all. */
  finish?(tx: Transaction, count: number): Promise<void>;
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
  async record(act: ConsentAct, { asked, ticked, redirectUris, appFingerprint, ...key }: ConsentAnswer): Promise<Consent> {
    return this.tenants.run(key.orgId, async (tx) => {
      const id = newId('con');
      const given = await this.repository.claim(tx, { id, ...key });
      const { scopes, isNarrower } = afterAnswer(given.scopes, asked, ticked);
      const answered = { ...given, scopes, redirectUris, appFingerprint };
      if (isNarrower) return this.narrow(tx, act, answered);
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
    else if (scopes.length < given.scopes.length) return this.narrow(tx, act, consent);
    return consent;
  }

  /** Those of one person, in the transaction of what demands it: they stay, under other handles, so that present tokens die. */
  async suspendAll(tx: Transaction, act: ConsentAct, whose: Whose, { reason, endsGrants }: Suspension): Promise<void> {
    const ids = (await this.repository.lockAll(tx, whose)).map(({ id }) => id);
    if (endsGrants) await this.repository.endGrants(tx, ids);
    await this.records.allChanged(tx, act, 'suspended', await this.repository.renewAll(tx, ids), { reason });
  }

  /** Those of one person in one organization, in the transaction of what demands it. */
  async withdrawOfMember(tx: Transaction, act: ConsentAct, { userId, orgId }: Pick<Consent, 'userId' | 'orgId'>): Promise<void> {
    await this.records.allChanged(tx, act, 'withdrawn', await this.repository.deleteOfMember(tx, orgId, userId));
  }

  /** In the transaction of what demands it: the app has to lead everybody here once more. What they allowed stays. */
  endGrantsOfApp(tx: Transaction, appId: string): Promise<void> {
    return this.repository.endGrantsOfApp(tx, appId);
  }

  /**
   * All that people of an organization allowed an app.
   * @param finish takes part in the last transaction, and hears how many there were
   */
  withdrawOfApp(act: ConsentAct, orgId: string, appId: string, finish: (tx: Transaction, count: number) => Promise<void>): Promise<void> {
    return this.withdrawInChunks(act, orgId, { deleteSome: (tx) => this.repository.deleteOfApp(tx, orgId, appId, CHUNK), finish });
  }

  /** Those of one organization that were given to apps which it does not admit any more. */
  withdrawNotAdmitted(act: ConsentAct, orgId: string): Promise<void> {
    return this.withdrawInChunks(act, orgId, { deleteSome: (tx) => this.repository.deleteNotAdmitted(tx, orgId, CHUNK) });
  }

  /** However many there are, in short transactions: while one holds the numbers of revocations, nobody else can revoke anything. */
  private async withdrawInChunks(act: ConsentAct, orgId: string, { deleteSome, finish }: Withdrawal): Promise<void> {
    for (let count = 0, size = CHUNK; size === CHUNK; count += size)
      size = await this.tenants.run(orgId, async (tx) => {
        const consents = await deleteSome(tx);
        await this.records.allChanged(tx, act, 'withdrawn', consents);
        if (consents.length < CHUNK) await finish?.(tx, count + consents.length);
        return consents.length;
      });
  }

  /** Codes and refresh tokens go with it, tokens by its handle. */
  private async withdraw(tx: Transaction, act: ConsentAct, consent: Consent): Promise<void> {
    await this.repository.delete(tx, consent.id);
    await this.records.changed(tx, act, 'withdrawn', consent);
  }

  /** Keeps it as it is now, under another handle: the tokens of the one before die. */
  private async narrow(tx: Transaction, act: ConsentAct, present: Consent): Promise<Consent> {
    const narrowed = { ...present, generation: present.generation + 1 };
    await this.repository.update(tx, narrowed);
    await this.records.changed(tx, act, 'narrowed', narrowed);
    return narrowed;
  }
}

const MAX_OWN = 500;
/** How many are withdrawn in one transaction. */
const CHUNK = 200;
