import { ApiProperty } from '@nestjs/swagger';
import { ORG_MODES } from '@countersign/oauth';
import type { CallPolicy } from '../call-policy.entity.js';

export class CallPolicyDocument {
  @ApiProperty({ description: 'Id of the policy: the `grant` of tokens that stand on it.', example: 'pol_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ description: 'The microservice that calls.', example: 'billing' })
  caller!: string;

  @ApiProperty({ description: 'The service that is called.', example: 'export' })
  target!: string;

  @ApiProperty({ type: [String], description: 'What the caller may ask for.', example: ['start:export'] })
  scopes!: string[];

  @ApiProperty({ enum: ORG_MODES, description: 'Where the organization comes from.', example: 'parent' })
  org_mode!: string;

  @ApiProperty({ format: 'date-time', description: 'When it was made.', example: '2026-11-22T08:00:00.000Z' })
  created_at!: string;

  @ApiProperty({ format: 'date-time', description: 'When it was last changed.', example: '2026-11-22T08:00:00.000Z' })
  updated_at!: string;

  static from({ id, caller, target, scopes, orgMode, createdAt, updatedAt }: CallPolicy): CallPolicyDocument {
    return {
      id,
      caller,
      target,
      scopes,
      org_mode: orgMode,
      created_at: createdAt.toISOString(),
      updated_at: updatedAt.toISOString(),
    };
  }
}

export class CallPolicyList {
  @ApiProperty({ type: [CallPolicyDocument] })
  data!: CallPolicyDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last.', example: null })
  next_cursor!: string | null;
}
