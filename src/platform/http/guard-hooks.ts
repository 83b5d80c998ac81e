import type { FastifyRequest } from 'fastify';
import type { Caller, RequestContext } from '@countersign/guards';
import { callerServiceOf, TokenRefused, type DecisionListener, type ResourceRequestRefused } from '@countersign/resource-server';
import type { Log } from '../logging/index.js';
import { loggedIdentityOf, noteSubject, type RequestSubject } from './request-hooks.js';

export interface GuardHooks {
  onAccepted(caller: Caller, context: RequestContext): void;
  onRefused(refusal: ResourceRequestRefused, context: RequestContext): void;
  onDecision: DecisionListener;
}

/**
 * What the log says of the guard's verdicts: who came in, and why somebody did not, with expected and received.
 * @param onDecision counts them.
 */
export function guardHooks(log: Log, onDecision: DecisionListener): GuardHooks {
  return {
    onDecision,
    // Where a route has several operations, the log names the one that was called.
    onAccepted: (caller, { request, route, audience }) =>
      noteSubject(request as FastifyRequest, { operation: route, ...subjectOf(caller, audience) }),
    onRefused: ({ status, reason, cause }, { request, route, caller, audience }) => {
      if (caller) noteSubject(request as FastifyRequest, subjectOf(caller, audience));
      const facts = cause instanceof TokenRefused ? { expected: asText(cause.expected), received: asText(cause.received) } : {};
      log.info('request.refused', { ...loggedIdentityOf(request as FastifyRequest), route, status, reason, ...facts });
    },
  };
}

/** Services are named where one of ours calls another; a public API is not one. */
function subjectOf({ clientId, orgId, claims }: Caller, audience: string): RequestSubject {
  const callerService = claims && callerServiceOf(claims);
  return { clientId, orgId, ...(callerService !== undefined && { callerService, targetService: audience }) };
}

function asText(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
