import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ClientSecretDigest } from '@countersign/oauth';

/** One secret of a client. The secret itself is never stored: a keyed digest and its last four characters are. */
@Entity('client_secrets')
export class ClientSecret {
  @PrimaryColumn('text')
  id!: string;

  /** The client that holds it: a service principal, or an API for its own guards. */
  @Column('text', { name: 'owner_id' })
  ownerId!: string;

  @Column('text', { name: 'org_id', nullable: true })
  orgId!: string | null;

  @Column('text', { nullable: true })
  name!: string | null;

  @Column('bytea')
  digest!: Buffer;

  @Column('text', { name: 'pepper_version' })
  pepperVersion!: string;

  @Column('text')
  hint!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  isLive(now: Date): boolean {
    return this.expiresAt === null || this.expiresAt > now;
  }

  /** Brings the end forward; a secret never lives longer because another was made. */
  endBy(time: Date): void {
    if (this.expiresAt === null || this.expiresAt > time) this.expiresAt = time;
  }

  toDigest(): ClientSecretDigest {
    return { id: this.id, digest: this.digest, pepperVersion: this.pepperVersion, expiresAt: this.expiresAt ?? undefined };
  }
}
