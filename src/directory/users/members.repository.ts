import { Injectable } from '@nestjs/common';
import { In, LessThan } from 'typeorm';
import { pageOf, type Page, type Transaction } from '../../platform/database/index.js';
import { Member } from './member.entity.js';
import { User } from './user.entity.js';

/** Every method but one takes the organization first. The transaction's row-level security holds even where one is forgotten. */
@Injectable()
export class MembersRepository {
  async find(tx: Transaction, orgId: string, id: string): Promise<Member | undefined> {
    return (await tx.manager.findOne(Member, { where: { orgId, id } })) ?? undefined;
  }

  /** Locks it until the transaction ends. */
  async findForUpdate(tx: Transaction, orgId: string, id: string): Promise<Member | undefined> {
    return (await tx.manager.findOne(Member, { where: { orgId, id }, lock: { mode: 'for_no_key_update' } })) ?? undefined;
  }

  async findOfUser(tx: Transaction, orgId: string, userId: string): Promise<Member | undefined> {
    return (await tx.manager.findOne(Member, { where: { orgId, userId } })) ?? undefined;
  }

  /** Locks it until the transaction ends. */
  async findInvited(tx: Transaction, orgId: string, email: string): Promise<Member | undefined> {
    const where = { orgId, email, status: 'invited' as const };
    return (await tx.manager.findOne(Member, { where, lock: { mode: 'for_no_key_update' } })) ?? undefined;
  }

  /** In all organizations: for platform transactions. */
  listOfUser(tx: Transaction, userId: string): Promise<Member[]> {
    return tx.manager.find(Member, { where: { userId }, order: { id: 'ASC' } });
  }

  /** Newest first. */
  async list(tx: Transaction, orgId: string, after: string | undefined, limit: number): Promise<Page<Member>> {
    const where = { orgId, ...(after !== undefined && { id: LessThan(after) }) };
    return pageOf(await tx.manager.find(Member, { where, order: { id: 'DESC' }, take: limit + 1 }), limit, (member) => member.id);
  }

  /** Names of the people behind memberships, by user id. */
  async namesOf(tx: Transaction, members: readonly Member[]): Promise<ReadonlyMap<string, string>> {
    const ids = members.flatMap(({ userId }) => userId ?? []);
    if (ids.length === 0) return new Map();
    const users = await tx.manager.find(User, { where: { id: In(ids) } });
    return new Map(users.map(({ id, name }) => [id, name]));
  }

  hasEmail(tx: Transaction, orgId: string, email: string): Promise<boolean> {
    return tx.manager.exists(Member, { where: { orgId, email } });
  }

  countActive(tx: Transaction, orgId: string): Promise<number> {
    return tx.manager.count(Member, { where: { orgId, status: 'active' } });
  }

  /** Locks all active administrators, so that two of them cannot be the last but one at the same time. Answers how many there are. */
  async lockAdmins(tx: Transaction, orgId: string): Promise<number> {
    const rows = await tx.manager.query<unknown[]>(
      `SELECT id FROM members WHERE org_id = $1 AND role = 'admin' AND status = 'active' ORDER BY id FOR NO KEY UPDATE`,
      [orgId],
    );
    return rows.length;
  }

  async insert(tx: Transaction, member: Member): Promise<void> {
    await tx.manager.insert(Member, member);
  }

  async update(tx: Transaction, { id, orgId, userId, email, role, status, updatedAt }: Member): Promise<void> {
    await tx.manager.update(Member, { orgId, id }, { userId, email, role, status, updatedAt });
  }

  async delete(tx: Transaction, orgId: string, id: string): Promise<void> {
    await tx.manager.delete(Member, { orgId, id });
  }
}
