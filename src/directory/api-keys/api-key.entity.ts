import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Why a key ended before its time. */
export const REVOCATION_REASONS = ['by_administrator', 'by_owner', 'rotated', 'leaked', 'member_removed', 'password_changed'] as const;
export type RevocationReason = (typeof REVOCATION_REASONS)[number];
export type ApiKeyStatus = 'active' | 'expired' | 'revoked';

/** A long-lived credential for one API: of an organization (`key_…`), or of one of its people (`pat_…`). The key itself is never stored. */
@Entity('api_keys')
export class ApiKey {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'org_id' })
  orgId!: string;

  /** Whose personal access token it is; null: the organization's own. */
  @Column('text', { name: 'user_id', nullable: true })
  userId!: string | null;

  @Column('text')
  name!: string;

  @Column('text', { name: 'api_id' })
  apiId!: string;

  @Column('text', { array: true })
  scopes!: string[];

  @Column('text', { name: 'allowed_ips', array: true })
  allowedIps!: string[];

  @Column('bytea')
  digest!: Buffer;

  @Column('text', { name: 'pepper_version' })
  pepperVersion!: string;

  @Column('text')
  hint!: string;

  @Column('text', { name: 'created_by' })
  createdBy!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  @Column('text', { name: 'revoked_reason', nullable: true })
  revokedReason!: RevocationReason | null;

  /** The key that took its place. */
  @Column('text', { name: 'replaced_by', nullable: true })
  replacedBy!: string | null;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  status(now = new Date()): ApiKeyStatus {
    if (this.revokedAt !== null) return 'revoked';
    return this.expiresAt > now ? 'active' : 'expired';
  }

  revoke(reason: RevocationReason, now = new Date()): void {
    this.revokedAt = now;
    this.revokedReason = reason;
    if (this.expiresAt > now) this.expiresAt = now;
  }

  /** The end of the overlap: a rotation never lengthens the life of the old key. */
  replaceBy(id: string, end: Date): void {
    this.replacedBy = id;
    if (this.expiresAt > end) this.expiresAt = end;
  }

  /** The fields of an audit event. */
  facts(audience: string): Record<string, unknown> {
    const { userId, name, scopes, allowedIps, hint, expiresAt } = this;
    return { user_id: userId, name, audience, scopes, allowed_ips: allowedIps, hint, expires_at: expiresAt.toISOString() };
  }
}
