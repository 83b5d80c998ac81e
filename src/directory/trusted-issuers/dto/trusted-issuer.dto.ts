import { ApiProperty } from '@nestjs/swagger';
import type { ClaimPatterns } from '../claim-pattern.js';
import { warningsOf } from '../rule-warnings.policy.js';
import { ASSERTION_REUSE, type TrustedIssuer, type TrustRule } from '../trusted-issuer.entity.js';

export class RuleWarningDocument {
  @ApiProperty({
    enum: ['shared_identity', 'wildcard_subject', 'name_can_be_taken', 'every_branch', 'rests_on_names'],
    example: 'name_can_be_taken',
  })
  code!: string;

  @ApiProperty({ description: 'What the rule lets in.', example: 'The repository is known by its name only.' })
  message!: string;

  @ApiProperty({ description: 'What to change.', example: 'Add repository_id (GitHub) or project_id (GitLab).' })
  fix!: string;
}

export class TrustRuleDocument {
  @ApiProperty({ description: 'Id of the rule; the `cred` of the tokens got by it.', example: 'rule_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ type: 'object', additionalProperties: true, description: 'What the claims must be.', example: { repository_id: '74' } })
  claims!: ClaimPatterns;

  @ApiProperty({ description: 'The principal that such a token becomes.', example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h' })
  principal!: string;

  @ApiProperty({ description: 'Several workloads may share the identity.', example: false })
  accept_shared_identity!: boolean;

  @ApiProperty({ type: [RuleWarningDocument], description: 'Where the rule may let in more than you mean.' })
  warnings!: RuleWarningDocument[];

  static from({ id, claims, principal, acceptSharedIdentity }: TrustRule, issuer: string): TrustRuleDocument {
    return { id, claims, principal, accept_shared_identity: acceptSharedIdentity, warnings: warningsOf(issuer, claims) };
  }
}

export class TrustedIssuerDocument {
  @ApiProperty({ description: 'Id of the trusted issuer.', example: 'iss_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The organization that trusts it; null: the platform, for its own services.',
    example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  org_id!: string | null;

  @ApiProperty({ description: 'The `iss` of its tokens.', example: 'https://token.actions.githubusercontent.com' })
  issuer!: string;

  @ApiProperty({ type: String, nullable: true, description: 'Where its keys are; null: see jwks, else discovery tells.', example: null })
  jwks_uri!: string | null;

  @ApiProperty({ type: 'object', additionalProperties: true, nullable: true, description: 'Its public keys.', example: null })
  jwks!: object | null;

  @ApiProperty({ type: [TrustRuleDocument], description: 'Which of its tokens become which principal.' })
  rules!: TrustRuleDocument[];

  @ApiProperty({ enum: ASSERTION_REUSE, description: 'Whether a JWT with a `jti` may be sent again.', example: 'refused' })
  assertion_reuse!: string;

  @ApiProperty({ description: 'Longest life of a JWT in seconds.', example: 3600 })
  max_assertion_lifetime_seconds!: number;

  @ApiProperty({ format: 'date-time', description: 'When it was created.', example: '2026-11-22T08:00:00.000Z' })
  created_at!: string;

  @ApiProperty({ format: 'date-time', description: 'When it was last changed.', example: '2026-11-22T08:00:00.000Z' })
  updated_at!: string;

  static from(trust: TrustedIssuer): TrustedIssuerDocument {
    return {
      id: trust.id,
      org_id: trust.orgId,
      issuer: trust.issuer,
      jwks_uri: trust.jwksUri,
      jwks: trust.jwks,
      rules: trust.rules.map((rule) => TrustRuleDocument.from(rule, trust.issuer)),
      assertion_reuse: trust.assertionReuse,
      max_assertion_lifetime_seconds: trust.maxAssertionLifetimeSeconds,
      created_at: trust.createdAt.toISOString(),
      updated_at: trust.updatedAt.toISOString(),
    };
  }
}

export class TrustedIssuerList {
  @ApiProperty({ type: [TrustedIssuerDocument] })
  data!: TrustedIssuerDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last.', example: null })
  next_cursor!: string | null;
}
