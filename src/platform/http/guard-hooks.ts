import type { FastifyRequest } from 'fastify';
import type { Caller, RequestContext } from '@countersign/guards';
import { TokenRefused, type DecisionListener, type ResourceRequestRefused } from '@countersign/resource-server';
import type { Log } from '../logging/index.js';
import { noteSubject } from './request-hooks.js';

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
    onAccepted: ({ clientId, orgId }, { request }) => noteSubject(request as FastifyRequest, { clientId, orgId }),
    onRefused: ({ status, reason, cause }, { request, route }) => {
      const facts = cause instanceof TokenRefused ? { expected: asText(cause.expected), received: asText(cause.received) } : {};
      log.info('request.refused', { request_id: String(request.id), route, status, reason, ...facts });
    },
  };
}

function asText(value: unknown): string | undefined {
  return value === undefined ? undefined : JSON.stringify(value);
}
