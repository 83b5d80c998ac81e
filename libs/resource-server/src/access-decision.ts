import type { AccessTokenClaims, TraceContext } from '@countersign/oauth';
import type { Caller } from './caller.js';
import type { HttpRequestFacts } from './http-request-facts.js';
import { traceContextOf } from './request-trace.js';
import type { ResourceRefusalCode } from './resource-request-refused.js';

/** Whom a decision is about, in the names of access token claims. */
export type CallerHandles = Pick<AccessTokenClaims, 'client_id' | 'cred' | 'grant' | 'org_id' | 'principal_type' | 'sub' | 'act'>;

/** What a guard decided about one request: for usage reports, metrics and logs. */
export interface AccessDecision {
  /** The API, as its tokens name it. */
  readonly audience: string;
  /** `Controller.method`, or what the API's author calls the operation: one of a fixed set, never a URL with ids in it. */
  readonly operation: string;
  /** What the operation needs. */
  readonly scopes: readonly string[];
  readonly result: 'accepted' | ResourceRefusalCode;
  /** Of a token or key that was found good; absent where nobody was proven. */
  readonly claims?: Readonly<CallerHandles> | undefined;
  /** As the answer and the log name the request; absent where there is no HTTP. */
  readonly requestId?: string | undefined;
  /** The trace that the request belongs to, read when it is asked for; absent where there is no HTTP. */
  readonly trace?: TraceContext | undefined;
}

/** Called in the request: must be quick and must not throw. */
export type DecisionListener = (decision: AccessDecision) => void;

const handles = new WeakMap<Caller, CallerHandles>();

/** The claims of the caller's token; of one who was proven otherwise what they would be. The same object for the same caller. */
export function handlesOf(caller: Caller): Readonly<CallerHandles> {
  if (caller.claims) return caller.claims;
  let made = handles.get(caller);
  if (made === undefined) {
    made = toHandles(caller);
    handles.set(caller, made);
  }
  return made;
}

function toHandles({ principalType, subject, clientId, orgId, credentialId, grantId, actor }: Caller): CallerHandles {
  return {
    principal_type: principalType,
    sub: subject,
    client_id: clientId,
    cred: credentialId,
    ...(orgId !== undefined && { org_id: orgId }),
    ...(grantId !== undefined && { grant: grantId }),
    ...(actor && { act: actor }),
  };
}

/** With the trace of its request, which is read only for listeners that ask. */
export function decisionOf(
  decision: Omit<AccessDecision, 'trace'>,
  request: Pick<HttpRequestFacts, 'rawHeaders' | 'headers'> | undefined,
): AccessDecision {
  return {
    ...decision,
    get trace() {
      return request && traceContextOf(request);
    },
  };
}
