import type { AccessTokenClaims } from '@countersign/oauth';
import type { AccessDecision } from './access-decision.js';

/** Who called whom for what, in the names that our own log lines have. */
export interface DecisionLogMembers {
  /** The service of ours that called; absent for callers of the public zone. */
  caller_service?: string;
  /** The API, as its tokens name it. */
  target_service: string;
  operation: string;
  org_id?: string;
  client_id?: string;
  request_id?: string;
  trace_id?: string;
  span_id?: string;
}

/** Members for the log line of a decision. Ids and names only: no token, no secret, no address. */
export function logMembersOf(decision: AccessDecision): DecisionLogMembers {
  const { audience, operation, claims, requestId, trace } = decision;
  const caller = claims && callerServiceOf(claims);
  return {
    ...(caller !== undefined && { caller_service: caller }),
    target_service: audience,
    operation,
    ...(claims?.org_id !== undefined && { org_id: claims.org_id }),
    ...(claims && { client_id: claims.client_id }),
    ...(requestId !== undefined && { request_id: requestId }),
    ...(trace && { trace_id: trace.traceId, span_id: trace.spanId }),
  };
}

/** The service that sent the token: of an exchanged one the last actor (RFC 8693 §4.1), else its subject. */
export function callerServiceOf({
  principal_type,
  sub,
  act,
}: Pick<AccessTokenClaims, 'principal_type' | 'sub' | 'act'>): string | undefined {
  return principal_type === 'microservice' ? (act?.sub ?? sub) : undefined;
}
