import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { newId } from '../../platform/crypto/index.js';
import { TenantTransactions, type Transaction } from '../../platform/database/index.js';
import { listDocument, Problem, type ListDocument, type ListQuery } from '../../platform/http/index.js';
import type { Submission } from '../../platform/idempotency/index.js';
import { notFound, requireEntry } from '../administration/index.js';
import { Orgs } from '../orgs/index.js';
import { InvitedMemberDocument, MemberDocument } from './dto/member.dto.js';
import type { InviteAgain, InviteMember } from './dto/write-member.dto.js';
import { readEmail } from './email.policy.js';
import { JoinLinks } from './join-links.js';
import { Member } from './member.entity.js';
import { MemberRecords } from './member-records.js';
import { MembersRepository } from './members.repository.js';
import { USERS_PROBLEMS } from './users.errors.js';

/** Who is in an organization, and who is invited. Whoever may write members may also make administrators. */
@Injectable()
export class Members {
  constructor(
    private readonly transactions: TenantTransactions,
    private readonly repository: MembersRepository,
    private readonly orgs: Orgs,
    private readonly links: JoinLinks,
    private readonly records: MemberRecords,
  ) {}

  async invite(caller: Caller, submission: Submission, orgId: string, body: InviteMember): Promise<InvitedMemberDocument> {
    requireEntry(caller, orgId);
    const member = newMember(orgId, body);
    return this.transactions.run(orgId, (tx) =>
      this.records.once(tx, submission, async () => {
        await this.orgs.getForCredentials(tx, orgId);
        if (await this.repository.hasEmail(tx, orgId, member.email)) throw this.records.memberExists();
        await this.records.saving(() => this.repository.insert(tx, member));
        return this.link(tx, caller, submission.origin, member, { action: 'member.invited', ...body });
      }),
    );
  }

  async inviteAgain(
    caller: Caller,
    submission: Submission,
    { orgId, id }: { orgId: string; id: string },
    body: InviteAgain,
  ): Promise<InvitedMemberDocument> {
    requireEntry(caller, orgId);
    return this.transactions.run(orgId, (tx) =>
      this.records.once(tx, submission, async () => {
        await this.orgs.getForCredentials(tx, orgId);
        const member = await this.repository.findForUpdate(tx, orgId, id);
        if (!member) throw notFound();
        if (member.status !== 'invited')
          throw new Problem(USERS_PROBLEMS, 'already_joined', 'The member has joined already. To let them in again, enable the member.');
        return this.link(tx, caller, submission.origin, member, { action: 'member.invited_again', ...body });
      }),
    );
  }

  list(caller: Caller, orgId: string, query: ListQuery): Promise<ListDocument<MemberDocument>> {
    requireEntry(caller, orgId);
    return this.transactions.run(orgId, async (tx) => {
      await this.orgs.getInside(tx, orgId);
      const page = await this.repository.list(tx, orgId, query.after(), query.limit);
      const documents = new Map((await this.documentsOf(tx, orgId, page.items)).map((document) => [document.id, document]));
      return listDocument(page, ({ id }) => documents.get(id) as MemberDocument);
    });
  }

  get(caller: Caller, orgId: string, id: string): Promise<MemberDocument> {
    requireEntry(caller, orgId);
    return this.transactions.run(orgId, async (tx) => {
      const member = await this.repository.find(tx, orgId, id);
      const [document] = member ? await this.documentsOf(tx, orgId, [member]) : [];
      if (!document) throw notFound();
      return document;
    });
  }

  private async link(
    tx: Transaction,
    caller: Caller,
    origin: AuditOrigin,
    member: Member,
    { action, lifetime_seconds }: { action: string; lifetime_seconds?: number },
  ): Promise<InvitedMemberDocument> {
    const { url, ...invitation } = await this.links.mint(tx, member, caller.subject, lifetime_seconds);
    const { hint, expiresAt } = invitation;
    await this.records.changed(tx, caller, origin, { action, member, details: { hint, expires_at: expiresAt.toISOString() } });
    return { ...MemberDocument.from(member, null, invitation), join_url: url };
  }

  private async documentsOf(tx: Transaction, orgId: string, members: readonly Member[]): Promise<MemberDocument[]> {
    const names = await this.repository.namesOf(tx, members);
    const links = await this.links.of(tx, orgId, members);
    return members.map((member) => MemberDocument.from(member, names.get(member.userId ?? '') ?? null, links.get(member.id) ?? null));
  }
}

function newMember(orgId: string, { email, role = 'member' }: InviteMember): Member {
  const now = new Date();
  // The DTO has checked it.
  const address = readEmail(email) ?? '';
  return Object.assign(new Member(), {
    id: newId('mem'),
    orgId,
    userId: null,
    email: address,
    role,
    status: 'invited' as const,
    createdAt: now,
    updatedAt: now,
  });
}
