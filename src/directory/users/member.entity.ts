import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OrgRole } from './org-role.policy.js';

export const MEMBER_STATES = ['invited', 'active', 'disabled'] as const;
export type MemberStatus = (typeof MEMBER_STATES)[number];

/** Somebody's place in an organization: at first an address that was invited, then the user who joined. */
@Entity('members')
export class Member {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'org_id' })
  orgId!: string;

  /** Null until somebody has joined. */
  @Column('text', { name: 'user_id', nullable: true })
  userId!: string | null;

  /** As invited, or as known when the user joined. */
  @Column('text')
  email!: string;

  @Column('text')
  role!: OrgRole;

  @Column('text')
  status!: MemberStatus;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  isActiveAdmin(): boolean {
    return this.role === 'admin' && this.status === 'active';
  }

  /** The fields of an audit event's before and after. */
  facts(): Record<string, unknown> {
    return { user_id: this.userId, email: this.email, role: this.role, status: this.status };
  }
}
