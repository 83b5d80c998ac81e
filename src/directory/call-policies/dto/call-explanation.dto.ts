import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { IsScopeName, IsServiceName } from '../../administration/index.js';
import { REFUSAL_REASONS, type CallExplanation } from '../call-explanation.policy.js';

export class ExplainQuery {
  @ApiProperty({ description: 'Name of the microservice that calls.', example: 'billing' })
  @IsServiceName()
  caller!: string;

  @ApiProperty({ description: 'Name of the service that is called.', example: 'export' })
  @IsServiceName()
  target!: string;

  @ApiProperty({ description: 'One scope of the target.', example: 'start:export' })
  @IsScopeName()
  scope!: string;

  @ApiPropertyOptional({ description: 'The organization for which it calls.', example: 'org_01kamx4f5ye8wvq3m2ts6dgn0h' })
  @IsOptional()
  @Matches(/^[\x21-\x7E]{1,64}$/, { message: 'It is not the id of an organization.' })
  org_id?: string;
}

export class CallExplanationDocument {
  @ApiProperty({ description: 'Whether the call is allowed.', example: false })
  allowed!: boolean;

  @ApiProperty({
    type: String,
    enum: REFUSAL_REASONS,
    nullable: true,
    description: 'The first condition that fails; null when the call is allowed.',
    example: 'scope_not_in_policy',
  })
  reason!: string | null;

  @ApiProperty({
    description: 'The same in words.',
    example: 'The policy lets billing call export for start:export, not for delete:export.',
  })
  explanation!: string;

  @ApiProperty({
    type: String,
    enum: ['client_credentials', 'token_exchange'],
    nullable: true,
    description: 'How the caller gets the token.',
    example: null,
  })
  grant!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The policy for this caller and target; null: there is none.',
    example: 'pol_01kamx4f5ye8wvq3m2ts6dgn0h',
  })
  policy_id!: string | null;

  static from({ allowed, reason, explanation, grant }: CallExplanation, policyId: string | undefined): CallExplanationDocument {
    return { allowed, reason: reason ?? null, explanation, grant: grant ?? null, policy_id: policyId ?? null };
  }
}
