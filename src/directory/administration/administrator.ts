import type { Caller } from '@countersign/guards';
import type { AuditActor, AuditOrigin } from '../../platform/audit/index.js';
import { httpProblem, Problem, type ProblemTable } from '../../platform/http/index.js';
import { isOperator, mayEnter } from './administrator.policy.js';

export const ADMINISTRATION_PROBLEMS = {
  operator_only: {
    status: 403,
    title: 'Operators only',
    meaning: 'The caller belongs to an organization; only an operator of the platform may do this.',
  },
} as const satisfies ProblemTable;

/** Who changes something, and where the request came from. */
export interface Act {
  readonly actor: AuditActor;
  readonly origin: AuditOrigin | undefined;
}

/** What the platform does by itself, such as registering its own APIs at start. */
export const SYSTEM_ACT: Act = { actor: { type: 'system', name: 'countersign' }, origin: undefined };

export function actOf(caller: Caller, origin: AuditOrigin): Act {
  return { actor: actorOf(caller), origin };
}

/** A person, also through an app; an agent decides by itself, so it is the one who did it, for a person. */
function actorOf({ principalType, subject, clientId }: Caller): AuditActor {
  if (subject === clientId) return { type: principalType, id: clientId };
  return principalType === 'agent' ? { type: 'agent', id: clientId, beside: { user_id: subject } } : { type: 'user', id: subject };
}

/** @throws Problem `operator_only` */
export function requireOperator(caller: Caller): void {
  if (!isOperator(caller))
    throw new Problem(
      ADMINISTRATION_PROBLEMS,
      'operator_only',
      'Only an operator of the platform may do this. Use a client that belongs to no organization.',
    );
}

/** Another organization looks exactly like one that does not exist. @throws Problem `not_found` */
export function requireEntry(caller: Caller, orgId: string): void {
  if (!mayEnter(caller, orgId)) throw notFound();
}

export function notFound(): Problem {
  return httpProblem('not_found', 'There is nothing at this address.');
}
