import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ACCESS_TOKEN_ALGS, ZONES, type AccessTokenAlg, type Zone } from '@countersign/oauth';
import { SENDER_CONSTRAINTS, type ApiResource, type SenderConstraint } from '../api-resource.entity.js';
import { ApiScopeDocument } from './api-scope.dto.js';

export class ApiDocument {
  @ApiProperty({ description: 'Id of the API; also the client id of its guards.', example: 'api_01kamx4f5ye8wvq3m2ts6dgn0h' })
  id!: string;

  @ApiProperty({ description: 'What tokens carry as `aud`.', example: 'https://api.example.com' })
  identifier!: string;

  @ApiProperty({ description: 'Name for people.', example: 'Billing API' })
  name!: string;

  @ApiProperty({ enum: ZONES, description: 'The zone whose issuer makes its tokens.', example: 'external' })
  zone!: Zone;

  @ApiProperty({ enum: ['active', 'disabled'], description: 'Only an active API gets tokens.', example: 'active' })
  status!: string;

  @ApiProperty({ type: [ApiScopeDocument], description: 'Its scope catalogue.' })
  scopes!: ApiScopeDocument[];

  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'Lifetime of its tokens; null: the default of the kind of client.',
    example: 3600,
  })
  token_lifetime_seconds!: number | null;

  @ApiProperty({
    description: 'How long its guards may go without word of revocations before they refuse scopes of medium and high risk.',
    example: 60,
  })
  max_staleness_seconds!: number;

  @ApiProperty({ enum: ACCESS_TOKEN_ALGS, description: 'How its tokens are signed.', example: 'RS256' })
  signing_alg!: AccessTokenAlg;

  @ApiProperty({ enum: SENDER_CONSTRAINTS, description: 'Which proof of possession its tokens need.', example: 'none' })
  sender_constraint!: SenderConstraint;

  @ApiPropertyOptional({
    type: [String],
    description: 'Microservices that may exchange its tokens. Operators see it.',
    example: ['export'],
  })
  served_by?: string[];

  @ApiProperty({ description: 'True for the APIs of the platform itself.', example: false })
  system!: boolean;

  @ApiProperty({ format: 'date-time', description: 'When it was registered.', example: '2026-11-22T08:00:00.000Z' })
  created_at!: string;

  @ApiProperty({ format: 'date-time', description: 'When it was last changed.', example: '2026-11-22T08:00:00.000Z' })
  updated_at!: string;

  static from(api: ApiResource, forOperator: boolean): ApiDocument {
    return {
      id: api.id,
      identifier: api.identifier,
      name: api.name,
      zone: api.zone,
      status: api.status,
      scopes: api.scopes.map((scope) => ApiScopeDocument.from(scope)),
      token_lifetime_seconds: api.tokenLifetimeSeconds,
      max_staleness_seconds: api.maxStalenessSeconds,
      signing_alg: api.signingAlg,
      sender_constraint: api.senderConstraint,
      ...(forOperator && { served_by: api.servedBy }),
      system: api.isSystem(),
      created_at: api.createdAt.toISOString(),
      updated_at: api.updatedAt.toISOString(),
    };
  }
}

export class ApiList {
  @ApiProperty({ type: [ApiDocument] })
  data!: ApiDocument[];

  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last.', example: null })
  next_cursor!: string | null;
}
