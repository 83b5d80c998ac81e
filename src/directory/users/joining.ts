import { Injectable } from '@nestjs/common';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { PlatformTransactions, sqlState, UNIQUE_VIOLATION, type Transaction } from '../../platform/database/index.js';
import { Problem } from '../../platform/http/index.js';
import { Orgs } from '../orgs/index.js';
import { JoinLinks } from './join-links.js';
import type { Member } from './member.entity.js';
import { MemberRecords } from './member-records.js';
import { MembersRepository } from './members.repository.js';
import type { OrgRole } from './org-role.policy.js';
import { PasswordAccounts, type ProvenPassword } from './password-accounts.js';
import { newUser } from './user.entity.js';
import { USERS_PROBLEMS } from './users.errors.js';
import { UsersRepository } from './users.repository.js';

/** What whoever holds a link that works may know of it. Not whether its address has an account: whoever invites holds the link too. */
export interface Invitation {
  readonly orgName: string;
  readonly email: string;
  readonly role: OrgRole;
}

/** Somebody who has an account here. */
export interface Joiner {
  readonly userId: string;
  /** Theirs; empty: unknown. */
  readonly email: string;
  /** Whether what proved who they are still holds; true until the transaction ends. */
  stillHolds(tx: Transaction): Promise<boolean>;
}

/** The other end of a join link. */
@Injectable()
export class Joining {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly links: JoinLinks,
    private readonly members: MembersRepository,
    private readonly users: UsersRepository,
    private readonly orgs: Orgs,
    private readonly passwords: PasswordAccounts,
    private readonly records: MemberRecords,
  ) {}

  /** Undefined: never made, used, replaced, taken back or expired; nobody is told which. */
  async find(link: string): Promise<Invitation | undefined> {
    return this.transactions.run(async (tx) => {
      const target = await this.links.find(tx, link);
      const member = target && (await this.members.find(tx, target.orgId, target.memberId));
      return member && { email: member.email, role: member.role, orgName: (await this.orgs.getInside(tx, member.orgId)).name };
    });
  }

  /**
   * Somebody who is here already takes the place, also by another address than the invited one.
   * @returns false when the link no longer works, or what proved who they are no longer holds
   * @throws Problem `already_joined`, `org_suspended`
   */
  async join(link: string, { userId, email, stillHolds }: Joiner, origin: AuditOrigin): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      if (!(await stillHolds(tx))) return false;
      return (await this.take(tx, link, async () => userId, { email, origin })) !== undefined;
    });
  }

  /**
   * Somebody new takes the place and chooses a password.
   * @returns undefined when the link no longer works
   * @throws Problem `validation_failed`, `already_joined` when somebody with this address was faster, `org_suspended`
   */
  async register(
    link: string,
    { email, name, password }: { email: string; name: string; password: string },
    origin: AuditOrigin,
  ): Promise<ProvenPassword | undefined> {
    const hash = await this.passwords.hashNew(password, email);
    const user = newUser(email, name);
    const makeUser = async (tx: Transaction): Promise<string> => {
      await this.users.insert(tx, user);
      await this.users.insertPassword(tx, { userId: user.id, email, hash });
      return user.id;
    };
    const userId = await this.transactions.run((tx) => this.take(tx, link, () => makeUser(tx), { email, origin }));
    return userId === undefined ? undefined : { userId, hash };
  }

  private async take(
    tx: Transaction,
    link: string,
    userOf: () => Promise<string>,
    { email, origin }: { email: string; origin: AuditOrigin },
  ): Promise<string | undefined> {
    const target = await this.links.find(tx, link);
    // The member first, as for who invites again or removes: their link goes after it.
    const member = target && (await this.members.findForUpdate(tx, target.orgId, target.memberId));
    if (!member || member.status !== 'invited' || !(await this.links.spend(tx, link))) return undefined;
    await this.orgs.getForCredentials(tx, member.orgId);
    const userId = await unlessTaken(async () => {
      const id = await userOf();
      // The address stays the invited one: what an account calls itself may come from somebody else's provider.
      await this.members.update(
        tx,
        Object.assign(member, { userId: id, status: 'active', updatedAt: new Date() } satisfies Partial<Member>),
      );
      return id;
    });
    await this.records.changedBy(
      tx,
      { actor: { type: 'user', id: userId, name: email || member.email }, origin },
      { action: 'member.joined', member },
    );
    return userId;
  }
}

/** The person is in this organization by another way, or the address got a password in this moment. */
async function unlessTaken<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
    throw new Problem(USERS_PROBLEMS, 'already_joined', 'You are a member of this organization already. Sign in instead.', {
      cause: error,
    });
  }
}
