import type { JSONWebKeySet } from 'jose';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { ClaimPatterns } from './claim-pattern.js';

/** Whose tokens, known by their claims, may become which principal. */
export interface TrustRule {
  /** The `cred` of tokens that were got by it. A rule never changes: another one takes its place, and its tokens die with it. */
  readonly id: string;
  readonly claims: ClaimPatterns;
  /** Client id of a principal of the same owner. */
  readonly principal: string;
  readonly acceptSharedIdentity: boolean;
}

/** `refused`: a jti is good for one token; `until_expiry`: the same JWT may be sent again while it lives, as Kubernetes does. */
export const ASSERTION_REUSE = ['refused', 'until_expiry'] as const;
export type AssertionReuse = (typeof ASSERTION_REUSE)[number];

/** An issuer outside, and what its tokens are good for in one organization; without one, for the platform's own services. */
@Entity('trusted_issuers')
export class TrustedIssuer {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'org_id', nullable: true })
  orgId!: string | null;

  @Column('text')
  issuer!: string;

  @Column('text', { name: 'jwks_uri', nullable: true })
  jwksUri!: string | null;

  @Column('jsonb', { nullable: true })
  jwks!: JSONWebKeySet | null;

  @Column('jsonb')
  rules!: TrustRule[];

  @Column('text', { name: 'assertion_reuse' })
  assertionReuse!: AssertionReuse;

  @Column('int', { name: 'max_assertion_lifetime_seconds' })
  maxAssertionLifetimeSeconds!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  /** The fields of an audit event's before and after. */
  facts(): Record<string, unknown> {
    return {
      issuer: this.issuer,
      jwks_uri: this.jwksUri,
      jwks_kids: this.jwks?.keys.map((key) => key.kid ?? null) ?? null,
      rules: this.rules.map(({ id, principal, claims }) => ({ id, principal, claims })),
      assertion_reuse: this.assertionReuse,
      max_assertion_lifetime_seconds: this.maxAssertionLifetimeSeconds,
    };
  }
}
