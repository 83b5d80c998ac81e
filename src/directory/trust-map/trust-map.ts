import type { OrgMode } from '@countersign/oauth';

/** One of our services, as a caller, as a target or both, or a public API that one of them serves. */
export interface TrustNode {
  readonly name: string;
  readonly kind: 'service' | 'public_api';
  readonly microserviceId: string | undefined;
  readonly apiId: string | undefined;
  readonly active: boolean;
  /** Its guards have told of calls in the window; where they have not, nothing is known of its callers. */
  readonly isReporting: boolean;
  /** Calls that were let in and whose caller the reports do not tell. */
  readonly unattributedCalls: number;
}

interface Edge {
  readonly caller: string;
  readonly target: string;
}

export interface AllowedEdge extends Edge {
  readonly policyId: string;
  readonly scopes: readonly string[];
  readonly orgMode: OrgMode;
  readonly createdAt: Date;
}

export interface ObservedEdge extends Edge {
  readonly calls: number;
  readonly lastSeenAt: Date;
  /** Most calls first. A call that needed two scopes counts for both. */
  readonly scopes: readonly { readonly scope: string; readonly calls: number; readonly lastSeenAt: Date }[];
  readonly operations: readonly { readonly operation: string; readonly calls: number }[];
}

export interface UnusedGrant extends Edge {
  readonly policyId: string;
  readonly scopes: readonly string[];
  /** No scope of the policy was used. */
  readonly isWholePolicy: boolean;
  readonly unusedSince: Date;
  /** Within what is kept; undefined: never. */
  readonly lastUsedAt: Date | undefined;
  readonly advice: string;
}

export interface RefusedAttempt {
  readonly where: 'issuance' | 'guard';
  /** undefined: nobody was proven. */
  readonly caller: string | undefined;
  /** undefined: it does not exist, or none was named. */
  readonly target: string | undefined;
  readonly scopes: readonly string[];
  readonly reason: string;
  readonly count: number;
  /** There are more than were counted. */
  readonly isAtLeast: boolean;
  readonly lastSeenAt: Date;
  readonly advice: string;
}

export interface CallWithoutPolicy extends Edge {
  readonly scopes: readonly string[];
  readonly calls: number;
  readonly lastSeenAt: Date;
  readonly advice: string;
}

/** What is allowed between services, beside what was seen. */
export interface TrustMap {
  readonly nodes: readonly TrustNode[];
  /** By which a tenant's call comes in: tokens of this API may be exchanged by this service. */
  readonly entrances: readonly { readonly api: string; readonly service: string }[];
  readonly allowed: readonly AllowedEdge[];
  readonly observed: readonly ObservedEdge[];
  readonly unusedGrants: readonly UnusedGrant[];
  readonly refusedAttempts: readonly RefusedAttempt[];
  readonly callsWithoutPolicy: readonly CallWithoutPolicy[];
}
