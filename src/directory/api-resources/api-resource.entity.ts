import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AccessTokenAlg, TargetApi, Zone } from '@countersign/oauth';
import { ApiScope } from './api-scope.entity.js';

export const SENDER_CONSTRAINTS = ['none', 'dpop', 'mtls', 'any'] as const satisfies readonly TargetApi['senderConstraint'][];
export type SenderConstraint = (typeof SENDER_CONSTRAINTS)[number];
export const DEFAULT_MAX_STALENESS_SECONDS = 60;

/** A protected API: the audience of tokens. */
@Entity('api_resources')
export class ApiResource {
  @PrimaryColumn('text')
  id!: string;

  /** What tokens carry as `aud`. It changes only for an API of the platform, with the platform's own address. */
  @Column('text')
  identifier!: string;

  /** The form under which spellings of one identifier meet. */
  @Column('text', { name: 'lookup_key' })
  lookupKey!: string;

  @Column('text')
  name!: string;

  @Column('text')
  zone!: Zone;

  @Column('text')
  status!: 'active' | 'disabled';

  @Column('int', { name: 'token_lifetime_seconds', nullable: true })
  tokenLifetimeSeconds!: number | null;

  /** How long its guards may go without word of revocations before they refuse what is of medium or high risk. */
  @Column('int', { name: 'max_staleness_seconds' })
  maxStalenessSeconds!: number;

  @Column('text', { name: 'signing_alg' })
  signingAlg!: AccessTokenAlg;

  @Column('text', { name: 'sender_constraint' })
  senderConstraint!: SenderConstraint;

  /** Microservices that may exchange tokens of this API. */
  @Column('text', { name: 'served_by', array: true })
  servedBy!: string[];

  /** Names an API that the platform brings itself; it cannot be deleted, nor its scopes changed. */
  @Column('text', { name: 'system_key', nullable: true })
  systemKey!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  /** Rows of their own, loaded and saved by the repository. */
  scopes!: ApiScope[];

  /** The fields of an audit event's before and after. */
  facts(): Record<string, unknown> {
    return {
      name: this.name,
      scopes: this.scopes.map(({ name, risk, assignableBy, delegable }) => ({ name, risk, assignable_by: assignableBy, delegable })),
      token_lifetime_seconds: this.tokenLifetimeSeconds,
      max_staleness_seconds: this.maxStalenessSeconds,
      signing_alg: this.signingAlg,
      sender_constraint: this.senderConstraint,
      served_by: this.servedBy,
    };
  }

  isSystem(): boolean {
    return this.systemKey !== null;
  }

  isVisibleToOrgs(): boolean {
    return this.zone === 'external';
  }
}
