import { Injectable } from '@nestjs/common';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { newId } from '../../platform/crypto/index.js';
import { PlatformTransactions, sqlState, UNIQUE_VIOLATION, type Transaction } from '../../platform/database/index.js';
import type { Act } from '../administration/index.js';
import { Orgs } from '../orgs/index.js';
import { Member } from './member.entity.js';
import { MemberRecords } from './member-records.js';
import type { Membership } from './membership.js';
import { MembersRepository } from './members.repository.js';
import { newUser } from './user.entity.js';
import { UsersRepository } from './users.repository.js';

/** Somebody as another identity provider knows them. Issuer and subject identify; the rest is only to show. */
export interface ForeignIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string;
  readonly name: string;
}

/** Where somebody is let in by a rule, and by which provider's. */
export interface GivenPlaces {
  readonly providerId: string;
  readonly places: readonly Membership[];
}

/** People who sign in at another identity provider. Never joined to an account by its e-mail address: only `iss` and `sub` say who it is. */
@Injectable()
export class FederatedAccounts {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly users: UsersRepository,
    private readonly members: MembersRepository,
    private readonly orgs: Orgs,
    private readonly records: MemberRecords,
  ) {}

  /**
   * The user behind a foreign identity, made at the first sign-in where rules give a place. Places that are new are added, and take the
   * place of an invitation of the same address; a membership that was disabled stays so. A rule may still name an organization that is gone
   * or suspended: nobody gets a place there.
   * @returns undefined for somebody who is not known here and whom no rule lets in
   */
  async enter(identity: ForeignIdentity, given: GivenPlaces, origin: AuditOrigin): Promise<string | undefined> {
    const attempt = (): Promise<string | undefined> => this.transactions.run((tx) => this.enterOnce(tx, identity, given, origin));
    try {
      return await attempt();
    } catch (error) {
      // The same person signed in twice at once, and the other sign-in was first.
      if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
      return attempt();
    }
  }

  private async enterOnce(
    tx: Transaction,
    identity: ForeignIdentity,
    given: GivenPlaces,
    origin: AuditOrigin,
  ): Promise<string | undefined> {
    const known = await this.users.findIdentity(tx, identity.issuer, identity.subject);
    const open = await this.orgs.activeOf(
      tx,
      given.places.map(({ orgId }) => orgId),
    );
    const places = given.places.filter(({ orgId }) => open.has(orgId));
    if (known === undefined && places.length === 0) return undefined;
    const userId = known ?? (await this.make(tx, identity));
    for (const place of places) await this.give(tx, { userId, email: identity.email }, place, given.providerId, origin);
    return userId;
  }

  private async make(tx: Transaction, { issuer, subject, email, name }: ForeignIdentity): Promise<string> {
    const user = newUser(email, name);
    await this.users.insert(tx, user);
    await this.users.insertIdentity(tx, issuer, subject, user.id);
    return user.id;
  }

  private async give(
    tx: Transaction,
    { userId, email }: { userId: string; email: string },
    { orgId, role }: Membership,
    providerId: string,
    origin: AuditOrigin,
  ): Promise<void> {
    if (await this.members.findOfUser(tx, orgId, userId)) return;
    const now = new Date();
    const fields = { id: newId('mem'), orgId, userId, email, role, status: 'active' as const, createdAt: now, updatedAt: now };
    const member = Object.assign(new Member(), fields);
    await this.members.insert(tx, member);
    const act = { actor: { type: 'user' as const, id: userId, name: email }, origin };
    await this.withdrawInvitation(tx, act, { orgId, email }, providerId);
    await this.records.changedBy(tx, act, { action: 'member.joined', member, details: { identity_provider_id: providerId } });
  }

  /**
   * Its link would let somebody in beside them. The rule has verified the address, and its role counts: what an administrator meant for
   * whoever opens the link is not given to whom a provider names.
   */
  private async withdrawInvitation(
    tx: Transaction,
    act: Act,
    { orgId, email }: { orgId: string; email: string },
    providerId: string,
  ): Promise<void> {
    const member = await this.members.findInvited(tx, orgId, email);
    if (!member) return;
    await this.members.delete(tx, orgId, member.id);
    const details = { before: member.facts(), identity_provider_id: providerId };
    await this.records.changedBy(tx, act, { action: 'member.removed', member, details });
  }
}
