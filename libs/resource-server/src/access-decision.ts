import type { AccessTokenClaims, TraceContext } from '@countersign/oauth';
import type { HttpRequestFacts } from './http-request-facts.js';
import { traceContextOf } from './request-trace.js';
import type { ResourceRefusalCode } from './resource-request-refused.js';

/** What a guard decided about one request: for usage reports, metrics and logs. */
export interface AccessDecision {
  /** The API, as its tokens name it. */
  readonly audience: string;
  /** `Controller.method`, or what the API's author calls the operation: one of a fixed set, never a URL with ids in it. */
  readonly operation: string;
  /** What the operation needs. */
  readonly scopes: readonly string[];
  readonly result: 'accepted' | ResourceRefusalCode;
  /** Of a token that was found good; absent where nobody was proven. */
  readonly claims?: Readonly<AccessTokenClaims> | undefined;
  /** As the answer and the log name the request; absent where there is no HTTP. */
  readonly requestId?: string | undefined;
  /** The trace that the request belongs to, read when it is asked for; absent where there is no HTTP. */
  readonly trace?: TraceContext | undefined;
}

/** Called in the request: must be quick and must not throw. */
export type DecisionListener = (decision: AccessDecision) => void;

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
