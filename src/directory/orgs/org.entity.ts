import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ClientGrant } from '@countersign/oauth';
import { Problem } from '../../platform/http/index.js';
import { ORGS_PROBLEMS } from './orgs.errors.js';

/** The reserved organization whose members operate the platform. It is there from the first start, and stays as it is. */
export const OPERATORS_ORG = 'org_00000000000000000000000000';

/** A tenant of the platform. */
@Entity('orgs')
export class Org {
  @PrimaryColumn('text')
  id!: string;

  @Column('text')
  name!: string;

  /** Its id in the operator's own systems. */
  @Column('text', { name: 'external_id', nullable: true })
  externalId!: string | null;

  @Column('text')
  status!: 'active' | 'suspended';

  /** The most its principals can ever be granted; null: no limit. */
  @Column('jsonb', { nullable: true })
  ceiling!: ClientGrant[] | null;

  /** How long a new API key or personal access token may live; null: a year. */
  @Column('int', { name: 'max_api_key_lifetime_seconds', nullable: true })
  maxApiKeyLifetimeSeconds!: number | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  /** @throws Problem `reserved_org` */
  requireChangeable(): void {
    if (this.id === OPERATORS_ORG)
      throw new Problem(ORGS_PROBLEMS, 'reserved_org', 'The organization of the operators cannot be changed, suspended or deleted.');
  }

  isActive(): boolean {
    return this.status === 'active';
  }

  /** The fields of an audit event's before and after. */
  facts(): Record<string, unknown> {
    return {
      name: this.name,
      external_id: this.externalId,
      status: this.status,
      ceiling: this.ceiling,
      max_api_key_lifetime_seconds: this.maxApiKeyLifetimeSeconds,
    };
  }
}
