import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { TenantTransactions, type Transaction } from '../../platform/database/index.js';
import { Problem } from '../../platform/http/index.js';
import { changedFields, isOperator, notFound, requireEntry } from '../administration/index.js';
import type { MemberDocument } from './dto/member.dto.js';
import type { UpdateMember } from './dto/write-member.dto.js';
import type { Member } from './member.entity.js';
import { MemberRecords } from './member-records.js';
import { MembersRepository } from './members.repository.js';
import { Members } from './members.service.js';
import { USERS_PROBLEMS } from './users.errors.js';

export interface MemberAddress {
  readonly orgId: string;
  readonly id: string;
}

/** @param admins how many active administrators the organization has; they are locked. */
type Work = (tx: Transaction, member: Member, admins: number) => Promise<void>;

/** Changes of people who are in an organization. They count from the next request on, because nothing of them is kept in memory. */
@Injectable()
export class MemberChanges {
  constructor(
    private readonly transactions: TenantTransactions,
    private readonly repository: MembersRepository,
    private readonly members: Members,
    private readonly records: MemberRecords,
  ) {}

  async update(caller: Caller, origin: AuditOrigin, address: MemberAddress, { role }: UpdateMember): Promise<MemberDocument> {
    await this.change(caller, address, async (tx, member, admins) => {
      const before = member.facts();
      if (role !== 'admin') requireAnotherAdmin(caller, member, admins);
      member.role = role;
      const changed = changedFields(before, member.facts());
      if (!changed) return;
      await this.save(tx, member);
      await this.records.changed(tx, caller, origin, { action: 'member.updated', member, details: { ...changed } });
    });
    return this.members.get(caller, address.orgId, address.id);
  }

  /** Setting the status that it has changes nothing and succeeds. */
  async setStatus(caller: Caller, origin: AuditOrigin, address: MemberAddress, status: 'active' | 'disabled'): Promise<MemberDocument> {
    await this.change(caller, address, async (tx, member, admins) => {
      if (member.status === 'invited')
        throw new Problem(USERS_PROBLEMS, 'not_joined', 'The member is only invited. Delete the member to take the invitation back.');
      if (member.status === status) return;
      if (status === 'disabled') requireAnotherAdmin(caller, member, admins);
      member.status = status;
      await this.save(tx, member);
      await this.records.changed(tx, caller, origin, { action: status === 'active' ? 'member.enabled' : 'member.disabled', member });
    });
    return this.members.get(caller, address.orgId, address.id);
  }

  remove(caller: Caller, origin: AuditOrigin, address: MemberAddress): Promise<void> {
    return this.change(caller, address, async (tx, member, admins) => {
      requireAnotherAdmin(caller, member, admins);
      await this.repository.delete(tx, member.orgId, member.id);
      await this.records.changed(tx, caller, origin, { action: 'member.removed', member, details: { before: member.facts() } });
    });
  }

  private change(caller: Caller, { orgId, id }: MemberAddress, work: Work): Promise<void> {
    requireEntry(caller, orgId);
    return this.transactions.run(orgId, async (tx) => {
      // The administrators first, and in their order: two changes must not wait for each other.
      const admins = await this.repository.lockAdmins(tx, orgId);
      const member = await this.repository.findForUpdate(tx, orgId, id);
      if (!member) throw notFound();
      await work(tx, member, admins);
    });
  }

  private async save(tx: Transaction, member: Member): Promise<void> {
    member.updatedAt = new Date();
    await this.repository.update(tx, member);
  }
}

/** Operators may leave an organization without one, because they can give it another. @throws Problem `last_admin` */
function requireAnotherAdmin(caller: Caller, member: Member, admins: number): void {
  if (!member.isActiveAdmin() || admins > 1 || isOperator(caller)) return;
  throw new Problem(USERS_PROBLEMS, 'last_admin', 'This is the last administrator of the organization. Make somebody else one first.');
}
