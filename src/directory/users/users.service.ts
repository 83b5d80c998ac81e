import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { listDocument, Problem, type ListDocument } from '../../platform/http/index.js';
import { actOf, ChangeRecorder, notFound, requireOperator, type Act } from '../administration/index.js';
import { UserDocument, type PasswordResetDocument, type UserQuery } from './dto/user.dto.js';
import { readEmail } from './email.policy.js';
import { MemberRecords } from './member-records.js';
import { MembersRepository } from './members.repository.js';
import { PasswordResets } from './password-resets.js';
import type { User } from './user.entity.js';
import { USERS_PROBLEMS } from './users.errors.js';
import { UsersRepository } from './users.repository.js';

/** People across organizations. Operators only. */
@Injectable()
export class Users {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: UsersRepository,
    private readonly members: MembersRepository,
    private readonly resets: PasswordResets,
    private readonly recorder: ChangeRecorder,
    private readonly records: MemberRecords,
  ) {}

  get(caller: Caller, id: string): Promise<UserDocument> {
    requireOperator(caller);
    return this.transactions.run(async (tx) => {
      const user = await this.repository.find(tx, id);
      if (!user) throw notFound();
      return this.documentOf(tx, user);
    });
  }

  list(caller: Caller, query: UserQuery): Promise<ListDocument<UserDocument>> {
    requireOperator(caller);
    return this.transactions.run(async (tx) => {
      const email = readEmail(query.email) ?? query.email;
      const page = await this.repository.listOfEmail(tx, email, query.after(), query.limit);
      const items: UserDocument[] = [];
      for (const user of page.items) items.push(await this.documentOf(tx, user));
      return listDocument({ ...page, items }, (document) => document);
    });
  }

  /** Setting the status that they have changes nothing and succeeds. */
  setStatus(caller: Caller, origin: AuditOrigin, id: string, status: User['status']): Promise<UserDocument> {
    return this.change(caller, id, async (tx, user) => {
      if (user.status !== status) {
        user.status = status;
        user.updatedAt = new Date();
        await this.repository.update(tx, user);
        // Whoever holds a link could else choose the password with which they are let in again later.
        if (status === 'disabled') await this.resets.end(tx, id);
        await this.record(tx, actOf(caller, origin), user, status === 'active' ? 'user.enabled' : 'user.disabled');
      }
      return this.documentOf(tx, user);
    });
  }

  /** @throws Problem `no_password` */
  resetPassword(caller: Caller, origin: AuditOrigin, id: string): Promise<PasswordResetDocument> {
    return this.change(caller, id, async (tx, user) => {
      if (!(await this.repository.findPasswordOf(tx, id)))
        throw new Problem(USERS_PROBLEMS, 'no_password', 'The person has no password here: they sign in at another identity provider.');
      const { url, hint, expiresAt } = await this.resets.mint(tx, id, caller.subject);
      const expires_at = expiresAt.toISOString();
      await this.record(tx, actOf(caller, origin), user, 'user.password_reset_created', { hint, expires_at });
      return { reset_url: url, expires_at };
    });
  }

  /** Leaves each organization, which ends what was allowed there, and gives the address back. */
  remove(caller: Caller, origin: AuditOrigin, id: string): Promise<void> {
    return this.change(caller, id, async (tx, user) => {
      const act = actOf(caller, origin);
      const members = await this.members.listOfUser(tx, id);
      for (const { orgId, id: memberId } of members) await this.members.delete(tx, orgId, memberId);
      await this.repository.delete(tx, id);
      // Rows before, and all at once: from the first that ends in one organization on, everybody who revokes elsewhere waits.
      const removed = members.map((member) => ({ action: 'member.removed', member, details: { before: member.facts() } }));
      await this.records.allChangedBy(tx, act, removed);
      await this.record(tx, act, user, 'user.deleted');
    });
  }

  private change<T>(caller: Caller, id: string, work: (tx: Transaction, user: User) => Promise<T>): Promise<T> {
    requireOperator(caller);
    return this.transactions.run(async (tx) => {
      const user = await this.repository.findForUpdate(tx, id);
      if (!user) throw notFound();
      return work(tx, user);
    });
  }

  private async record(
    tx: Transaction,
    act: Act,
    { id, email }: User,
    action: string,
    details?: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.recorder.record(tx, act, { action, target: { type: 'user', id, name: email }, ...(details && { details }) });
  }

  private async documentOf(tx: Transaction, user: User): Promise<UserDocument> {
    return UserDocument.from(user, await this.repository.membershipsOf(tx, user.id));
  }
}
