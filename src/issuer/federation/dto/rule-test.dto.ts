import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { Omittable } from '../../../directory/administration/index.js';
import type { TrustRule } from '../../../directory/trusted-issuers/index.js';
import { CONDITIONS, type AssertionRefused } from '../assertion-refused.js';
import type { VerifiedAssertion } from '../foreign-assertions.service.js';
import type { RuleVerdict } from '../rule-choice.policy.js';

export class TestAssertion {
  @ApiProperty({
    format: 'password',
    description: 'The JWT that your workload would send. It is not stored, not logged and not used up.',
    example: 'eyJhbGciOiJSUzI1NiIsImtpZCI6Ii4uLiJ9.eyJpc3MiOiIuLi4ifQ.c2ln',
  })
  @Length(1, 16_384)
  @IsString()
  assertion!: string;

  @ApiPropertyOptional({ description: 'The client_id that it would send beside it.', example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @Omittable()
  @Length(1, 256)
  @IsString()
  client_id?: string;
}

export class FailedConditionDocument {
  @ApiProperty({ enum: Object.keys(CONDITIONS), description: 'Its name.', example: 'audience' })
  condition!: string;

  @ApiProperty({ description: 'What the JWT must be.', example: CONDITIONS.audience })
  message!: string;

  @ApiProperty({ type: String, nullable: true, description: 'What was expected, if that is one value.', example: null })
  expected!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'What the JWT holds; null: nothing.', example: null })
  received!: string | null;
}

export class RuleVerdictDocument {
  @ApiProperty({ description: 'Id of the rule.', example: 'rule_01kamx4f5ye8wvq3m2ts6dgn0h' })
  rule_id!: string;

  @ApiProperty({ description: 'The principal that it names.', example: 'sp_01kamx4f5ye8wvq3m2ts6dgn0h' })
  principal!: string;

  @ApiProperty({ description: 'Whether all its claims match.', example: false })
  matches!: boolean;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'JSON Pointer to the first claim that does not match.',
    example: '/repository_id',
  })
  claim!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'What the rule asks for there.', example: null })
  expected!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'What the JWT holds there.', example: null })
  received!: string | null;

  static from({ rule, mismatch }: RuleVerdict): RuleVerdictDocument {
    return {
      rule_id: rule.id,
      principal: rule.principal,
      matches: mismatch === undefined,
      claim: mismatch?.claim ?? null,
      expected: textOf(mismatch?.expected),
      received: textOf(mismatch?.received),
    };
  }
}

export class RuleTestDocument {
  @ApiProperty({ description: 'Whether the token endpoint would answer a token.', example: false })
  accepted!: boolean;

  @ApiProperty({ type: String, nullable: true, description: 'The principal that it would become.', example: null })
  principal!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The rule that would let it in.', example: null })
  rule_id!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The trusted issuer; null when the JWT was refused before its rules.',
    example: null,
  })
  trusted_issuer_id!: string | null;

  @ApiProperty({ type: FailedConditionDocument, nullable: true, description: 'The first condition that fails; null: none does.' })
  first_failing_condition!: FailedConditionDocument | null;

  @ApiProperty({ type: [RuleVerdictDocument], description: 'What each rule says; empty when the JWT was refused before.' })
  rules!: RuleVerdictDocument[];

  static accepted(verified: VerifiedAssertion, rule: TrustRule): RuleTestDocument {
    return { ...outcome(verified), accepted: true, principal: rule.principal, rule_id: rule.id, first_failing_condition: null };
  }

  static refused({ condition, message, facts }: AssertionRefused, verified: VerifiedAssertion | undefined): RuleTestDocument {
    const failed = { condition, message, expected: textOf(facts.expected), received: textOf(facts.received) };
    return { ...outcome(verified), accepted: false, principal: null, rule_id: null, first_failing_condition: failed };
  }
}

const MAX_TEXT = 500;

/** Text as it is, everything else as JSON. */
function textOf(value: unknown): string | null {
  if (value === undefined) return null;
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MAX_TEXT);
}

function outcome(verified: VerifiedAssertion | undefined): Pick<RuleTestDocument, 'trusted_issuer_id' | 'rules'> {
  return {
    trusted_issuer_id: verified?.trust.id ?? null,
    rules: verified?.verdicts.map((verdict) => RuleVerdictDocument.from(verdict)) ?? [],
  };
}
