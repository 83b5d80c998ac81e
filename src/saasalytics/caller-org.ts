import type { Caller } from '@countersign/guards';
import type { AuditActor } from '../platform/audit/index.js';
import { httpProblem } from '../platform/http/index.js';

/**
 * The organization whose rows a request may touch: the one of the verified credential, and no other source.
 * @throws Problem `forbidden` when the credential belongs to no organization.
 */
export function orgOf(caller: Caller): string {
  if (caller.orgId) return caller.orgId;
  throw httpProblem(
    'forbidden',
    'The access token has no org_id, and every row of Saasalytics belongs to one organization. Use a credential that was made inside an organization.',
  );
}

/** Name of the service that makes an internal call; where a token was passed on, that is its newest actor (RFC 8693 §4.1). */
export function serviceNameOf({ actor, subject }: Caller): string {
  return actor?.sub ?? subject;
}

/** The caller as an audit event names it; an app or agent together with the person it acts for. */
export function actorOf({ principalType, clientId, subject }: Caller): AuditActor {
  return { type: principalType, id: clientId, ...(subject !== clientId && { beside: { user_id: subject } }) };
}
