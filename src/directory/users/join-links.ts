import { Injectable, type OnModuleInit } from '@nestjs/common';
import { isSecret, mintSecret } from '@countersign/oauth';
import { Configuration } from '../../platform/config/index.js';
import { newId, SecretDigests } from '../../platform/crypto/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { Reaper } from '../../platform/reaper/index.js';
import type { InvitationFacts } from './dto/member.dto.js';
import { DEFAULT_LINK_SECONDS } from './dto/write-member.dto.js';
import { JoinLinksRepository, type JoinLinkRow } from './join-links.repository.js';
import type { Member } from './member.entity.js';

export interface MintedLink extends InvitationFacts {
  /** The link itself; stored nowhere. */
  readonly url: string;
}

/** Whom a link lets in, and where. */
export interface LinkTarget {
  readonly orgId: string;
  readonly memberId: string;
}

/** One-time links by which invited people join. */
@Injectable()
export class JoinLinks implements OnModuleInit {
  private readonly publicUrl: string;

  constructor(
    private readonly repository: JoinLinksRepository,
    private readonly digests: SecretDigests,
    private readonly reaper: Reaper,
    { settings }: Configuration,
  ) {
    this.publicUrl = settings.PUBLIC_URL;
  }

  onModuleInit(): void {
    this.reaper.add({ name: 'join-links', reap: (tx, limit) => this.repository.reap(tx, limit) });
  }

  /** The one that the member had stops working. */
  async mint(tx: Transaction, { orgId, id: memberId }: Member, createdBy: string, lifetimeSeconds?: number): Promise<MintedLink> {
    const text = mintSecret('csn_invite');
    const row = await this.repository.replace(tx, {
      id: newId('inv'),
      orgId,
      memberId,
      ...this.digests.digest(text),
      hint: text.slice(-4),
      createdBy,
      lifetimeSeconds: lifetimeSeconds ?? DEFAULT_LINK_SECONDS,
    });
    return { ...factsOf(row), url: `${this.publicUrl}/login/join?link=${text}` };
  }

  /** Links of members who have not joined yet, by member. */
  async of(tx: Transaction, orgId: string, members: readonly Member[]): Promise<ReadonlyMap<string, InvitationFacts>> {
    const invited = members.filter(({ status }) => status === 'invited').map(({ id }) => id);
    if (invited.length === 0) return new Map();
    const rows = await this.repository.listOf(tx, orgId, invited);
    return new Map(rows.map((row) => [row.member_id, factsOf(row)]));
  }

  /** Looks, and changes nothing. Undefined: never made, used, replaced or expired; nobody is told which. */
  async find(tx: Transaction, text: string): Promise<LinkTarget | undefined> {
    return this.isLink(text) ? targetOf(await this.repository.find(tx, this.digests.everyDigest(text))) : undefined;
  }

  /** The link is good for nobody else afterwards, if the transaction commits. */
  async spend(tx: Transaction, text: string): Promise<LinkTarget | undefined> {
    return this.isLink(text) ? targetOf(await this.repository.spend(tx, this.digests.everyDigest(text))) : undefined;
  }

  private isLink(text: string): boolean {
    return isSecret(text, 'csn_invite');
  }
}

function factsOf({ hint, expires_at: expiresAt }: JoinLinkRow): InvitationFacts {
  return { hint, expiresAt };
}

function targetOf(row: JoinLinkRow | undefined): LinkTarget | undefined {
  return row && { orgId: row.org_id, memberId: row.member_id };
}
