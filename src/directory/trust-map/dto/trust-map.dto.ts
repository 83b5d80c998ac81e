import { ApiProperty } from '@nestjs/swagger';
import { ORG_MODES, type OrgMode } from '@countersign/oauth';
import type { TrustMap } from '../trust-map.js';
import type { TimeSpan } from '../trust-map.repository.js';

const CALLER = { description: 'Name of the calling service; its id where it was deleted.', example: 'billing' };
const TARGET = { description: 'Name of the service that is called.', example: 'export' };
const SCOPES = { type: [String] as [StringConstructor], example: ['start:export'] };
const TIME = { format: 'date-time', example: '2026-11-22T08:41:00.000Z' };
const COUNT = { type: 'integer' as const, example: 1_284 };
const ADVICE = {
  description: 'What it means and what to do.',
  example: 'billing has not called export: delete the policy, or ask its owner what it is for.',
};
const POLICY = { description: 'Id of the call policy.', example: 'pol_01kamx4f5ye8wvq3m2ts6dgn0h' };

export class TrustMapNode {
  @ApiProperty({ example: 'billing' })
  name!: string;
  @ApiProperty({ enum: ['service', 'public_api'], description: 'A service, or a public API that a service serves.', example: 'service' })
  kind!: string;
  @ApiProperty({ type: String, nullable: true, description: 'null: it calls nobody.', example: 'svc_01kamx4f5ye8wvq3m2ts6dgn0h' })
  microservice_id!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'null: nobody can call it.', example: 'api_01kamx4f5ye8wvq3m2ts6dgn0h' })
  api_id!: string | null;
  @ApiProperty({ enum: ['active', 'disabled'], example: 'active' })
  status!: string;
  @ApiProperty({
    description: 'Its guards reported calls in the window. Where they did not, nothing is known of who calls it.',
    example: true,
  })
  reports_usage!: boolean;
  @ApiProperty({ ...COUNT, description: 'Calls let in whose caller the reports do not tell.', example: 0 })
  unattributed_calls!: number;
}

export class TrustMapEntrance {
  @ApiProperty({ description: 'Identifier of the public API.', example: 'https://api.example.com' })
  api!: string;
  @ApiProperty({ description: 'The service that may exchange its tokens.', example: 'gateway' })
  service!: string;
}

export class TrustMapAllowed {
  @ApiProperty(POLICY)
  policy_id!: string;
  @ApiProperty(CALLER)
  caller!: string;
  @ApiProperty(TARGET)
  target!: string;
  @ApiProperty(SCOPES)
  scopes!: readonly string[];
  @ApiProperty({ enum: ORG_MODES, example: 'parent' })
  org_mode!: OrgMode;
  @ApiProperty(TIME)
  created_at!: string;
}

export class TrustMapScopeUse {
  @ApiProperty({ example: 'start:export' })
  scope!: string;
  @ApiProperty(COUNT)
  calls!: number;
  @ApiProperty(TIME)
  last_seen_at!: string;
}

export class TrustMapOperationUse {
  @ApiProperty({ example: 'ExportController.start' })
  operation!: string;
  @ApiProperty(COUNT)
  calls!: number;
}

export class TrustMapObserved {
  @ApiProperty(CALLER)
  caller!: string;
  @ApiProperty(TARGET)
  target!: string;
  @ApiProperty({ ...COUNT, description: 'Calls that were let in.' })
  calls!: number;
  @ApiProperty(TIME)
  last_seen_at!: string;
  @ApiProperty({ type: [TrustMapScopeUse], description: 'Most calls first; a call that needed two scopes counts for both.' })
  scopes!: TrustMapScopeUse[];
  @ApiProperty({ type: [TrustMapOperationUse], description: 'Most calls first, at most 20.' })
  operations!: TrustMapOperationUse[];
}

export class TrustMapUnusedGrant {
  @ApiProperty(POLICY)
  policy_id!: string;
  @ApiProperty(CALLER)
  caller!: string;
  @ApiProperty(TARGET)
  target!: string;
  @ApiProperty({ ...SCOPES, description: 'Those that no accepted call of the window needed.' })
  scopes!: readonly string[];
  @ApiProperty({ description: 'The caller has not called the target at all.', example: true })
  whole_policy!: boolean;
  @ApiProperty({ ...TIME, description: 'Their last use, else since the policy exists.' })
  unused_since!: string;
  @ApiProperty({
    ...TIME,
    type: String,
    nullable: true,
    description: 'Before the window, as far back as usage figures are kept; null: never.',
  })
  last_used_at!: string | null;
  @ApiProperty(ADVICE)
  advice!: string;
}

export class TrustMapRefusal {
  @ApiProperty({ enum: ['issuance', 'guard'], description: 'At the token endpoint, or by the guards of the target.', example: 'issuance' })
  where!: string;
  @ApiProperty({ ...CALLER, type: String, nullable: true, description: 'null: nobody was proven.' })
  caller!: string | null;
  @ApiProperty({ ...TARGET, type: String, nullable: true, description: 'null: there is no such service, or none was named.' })
  target!: string | null;
  @ApiProperty({ ...SCOPES, description: 'Asked for, or needed. Empty: none was named, or one that the target does not have.' })
  scopes!: readonly string[];
  @ApiProperty({ description: 'Code of the refusal.', example: 'invalid_target' })
  reason!: string;
  @ApiProperty(COUNT)
  count!: number;
  @ApiProperty({ description: 'There were more: only the newest 10,000 of a service are looked at.', example: false })
  count_is_minimum!: boolean;
  @ApiProperty(TIME)
  last_seen_at!: string;
  @ApiProperty(ADVICE)
  advice!: string;
}

export class TrustMapUnallowed {
  @ApiProperty(CALLER)
  caller!: string;
  @ApiProperty(TARGET)
  target!: string;
  @ApiProperty({ ...SCOPES, description: 'Those that no policy allows now.' })
  scopes!: readonly string[];
  @ApiProperty(COUNT)
  calls!: number;
  @ApiProperty(TIME)
  last_seen_at!: string;
  @ApiProperty(ADVICE)
  advice!: string;
}

export class TrustMapDocument {
  @ApiProperty(TIME)
  from!: string;
  @ApiProperty(TIME)
  to!: string;
  @ApiProperty({ type: [TrustMapNode] })
  nodes!: TrustMapNode[];
  @ApiProperty({ type: [TrustMapEntrance], description: 'Where calls of tenants come in.' })
  entrances!: TrustMapEntrance[];
  @ApiProperty({ type: [TrustMapAllowed], description: 'The call policies.' })
  allowed!: TrustMapAllowed[];
  @ApiProperty({ type: [TrustMapObserved], description: 'Who called whom, as the guards reported it.' })
  observed!: TrustMapObserved[];
  @ApiProperty({ type: [TrustMapUnusedGrant], description: 'Allowed and not used in the window.' })
  unused_grants!: TrustMapUnusedGrant[];
  @ApiProperty({ type: [TrustMapRefusal], description: 'Tried and refused.' })
  refused_attempts!: TrustMapRefusal[];
  @ApiProperty({ type: [TrustMapUnallowed], description: 'Let in, though no policy allows it now.' })
  calls_without_policy!: TrustMapUnallowed[];
  @ApiProperty({ description: 'There is more than a map holds; take a shorter window.', example: false })
  truncated!: boolean;

  static from(map: TrustMap, { from, to }: TimeSpan, truncated: boolean): TrustMapDocument {
    return {
      from: from.toISOString(),
      to: to.toISOString(),
      nodes: map.nodes.map(({ name, kind, microserviceId, apiId, active, isReporting, unattributedCalls }) => ({
        name,
        kind,
        microservice_id: microserviceId ?? null,
        api_id: apiId ?? null,
        status: active ? 'active' : 'disabled',
        reports_usage: isReporting,
        unattributed_calls: unattributedCalls,
      })),
      entrances: [...map.entrances],
      allowed: map.allowed.map(({ policyId, orgMode, createdAt, caller, target, scopes }) => ({
        policy_id: policyId,
        caller,
        target,
        scopes,
        org_mode: orgMode,
        created_at: createdAt.toISOString(),
      })),
      ...seenIn(map),
      truncated,
    };
  }
}

function seenIn(map: TrustMap): Pick<TrustMapDocument, 'observed' | 'unused_grants' | 'refused_attempts' | 'calls_without_policy'> {
  return {
    observed: map.observed.map(({ lastSeenAt, scopes, operations, ...edge }) => ({
      ...edge,
      last_seen_at: lastSeenAt.toISOString(),
      scopes: scopes.map(({ scope, calls, lastSeenAt: last }) => ({ scope, calls, last_seen_at: last.toISOString() })),
      operations: [...operations],
    })),
    unused_grants: map.unusedGrants.map(({ policyId, isWholePolicy, unusedSince, lastUsedAt, advice, ...grant }) => ({
      policy_id: policyId,
      ...grant,
      whole_policy: isWholePolicy,
      unused_since: unusedSince.toISOString(),
      last_used_at: lastUsedAt?.toISOString() ?? null,
      advice,
    })),
    refused_attempts: map.refusedAttempts.map(({ where, caller, target, scopes, reason, count, isAtLeast, lastSeenAt, advice }) => ({
      where,
      caller: caller ?? null,
      target: target ?? null,
      scopes,
      reason,
      count,
      count_is_minimum: isAtLeast,
      last_seen_at: lastSeenAt.toISOString(),
      advice,
    })),
    calls_without_policy: map.callsWithoutPolicy.map(({ lastSeenAt, advice, ...edge }) => ({
      ...edge,
      last_seen_at: lastSeenAt.toISOString(),
      advice,
    })),
  };
}
