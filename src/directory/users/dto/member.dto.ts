import { ApiProperty } from '@nestjs/swagger';
import { MEMBER_STATES, type Member } from '../member.entity.js';
import { ORG_ROLES } from '../org-role.policy.js';

const MOMENT = { format: 'date-time', example: '2026-11-22T08:00:00.000Z' };

/** The link that was sent to somebody who has not joined yet, without what makes it work. */
export interface InvitationFacts {
  readonly hint: string;
  readonly expiresAt: Date;
}

export class InvitationDocument {
  @ApiProperty({ description: 'The last four characters of the link.', example: 'x7Qp' })
  hint!: string;

  @ApiProperty({ ...MOMENT, description: 'When the link stops working.' })
  expires_at!: string;

  static from({ hint, expiresAt }: InvitationFacts): InvitationDocument {
    return { hint, expires_at: expiresAt.toISOString() };
  }
}

export class MemberDocument {
  @ApiProperty({
    description: 'Id of the membership; the same before and after somebody joins.',
    example: 'mem_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  id!: string;

  @ApiProperty({ description: 'The organization.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' })
  org_id!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The person, `sub` of their tokens; null until they have joined.',
    example: 'usr_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  user_id!: string | null;

  @ApiProperty({ description: 'E-mail address, as invited or as the person signed in with.', example: 'ada@example.com' })
  email!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Name of the person; null until they have joined.', example: 'Ada Lovelace' })
  name!: string | null;

  @ApiProperty({
    enum: ORG_ROLES,
    description: 'Decides what they may pass on to apps: a `member` nothing of high risk.',
    example: 'member',
  })
  role!: string;

  @ApiProperty({
    enum: MEMBER_STATES,
    description: '`invited`: the link was not used yet. `disabled`: cannot act in this organization.',
    example: 'active',
  })
  status!: string;

  @ApiProperty({
    type: InvitationDocument,
    nullable: true,
    description: 'The link of an invited member; null when they have joined, or when it has ended and is cleared away.',
  })
  invitation!: InvitationDocument | null;

  @ApiProperty({ ...MOMENT, description: 'When they were invited, or joined without.' })
  created_at!: string;

  @ApiProperty({ ...MOMENT, description: 'When the membership was last changed.' })
  updated_at!: string;

  static from(member: Member, name: string | null, invitation: InvitationFacts | null): MemberDocument {
    return {
      id: member.id,
      org_id: member.orgId,
      user_id: member.userId,
      email: member.email,
      name,
      role: member.role,
      status: member.status,
      invitation: invitation && InvitationDocument.from(invitation),
      created_at: member.createdAt.toISOString(),
      updated_at: member.updatedAt.toISOString(),
    };
  }
}

export class InvitedMemberDocument extends MemberDocument {
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The link to join by, good for one person once. Shown now and never again: send it to them.',
    example: 'https://auth.example.com/login/join?link=csn_invite_…',
  })
  join_url!: string | null;
}

export class MemberList {
  @ApiProperty({ type: [MemberDocument] })
  data!: MemberDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last.', example: null })
  next_cursor!: string | null;
}
