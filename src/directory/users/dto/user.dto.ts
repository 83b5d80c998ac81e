import { ApiProperty } from '@nestjs/swagger';
import { ListQuery } from '../../../platform/http/index.js';
import type { Membership } from '../membership.js';
import { ORG_ROLES } from '../org-role.policy.js';
import type { User } from '../user.entity.js';
import { IsEmailAddress } from './email-address.decorator.js';

const MOMENT = { format: 'date-time', example: '2026-11-22T08:00:00.000Z' };

export class UserMembershipDocument {
  @ApiProperty({ description: 'The organization.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' })
  org_id!: string;

  @ApiProperty({ enum: ORG_ROLES, description: 'What they are in it.', example: 'member' })
  role!: string;
}

export class UserDocument {
  @ApiProperty({ description: 'Id of the person; `sub` of their tokens.', example: 'usr_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ description: 'E-mail address.', example: 'ada@example.com' })
  email!: string;

  @ApiProperty({ description: 'Name.', example: 'Ada Lovelace' })
  name!: string;

  @ApiProperty({ enum: ['active', 'disabled'], description: 'A disabled person cannot sign in.', example: 'active' })
  status!: string;

  @ApiProperty({ type: [UserMembershipDocument], description: 'Where they can act now; empty while they are disabled.' })
  memberships!: UserMembershipDocument[];

  @ApiProperty({ ...MOMENT, description: 'When they first joined.' })
  created_at!: string;

  @ApiProperty({ ...MOMENT, description: 'When they were last changed.' })
  updated_at!: string;

  static from(user: User, memberships: readonly Membership[]): UserDocument {
    return {
      id: user.id,
      email: user.email,
      name: user.name,
      status: user.status,
      memberships: memberships.map(({ orgId, role }) => ({ org_id: orgId, role })),
      created_at: user.createdAt.toISOString(),
      updated_at: user.updatedAt.toISOString(),
    };
  }
}

export class UserList {
  @ApiProperty({ type: [UserDocument] })
  data!: UserDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last.', example: null })
  next_cursor!: string | null;
}

export class UserQuery extends ListQuery {
  @ApiProperty({ description: 'Only people with this e-mail address, however it is written.', example: 'ada@example.com' })
  @IsEmailAddress()
  email!: string;
}

export class PasswordResetDocument {
  @ApiProperty({
    description: 'The link by which the person chooses a new password, once. Shown now and never again: hand it to them.',
    example: 'https://auth.example.com/login/reset?link=csn_reset_…',
  })
  reset_url!: string;

  @ApiProperty({ ...MOMENT, description: 'When the link stops working.' })
  expires_at!: string;
}
