import type { AccessTokenClaims } from '@countersign/oauth';
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
}

/** Called in the request: must be quick and must not throw. */
export type DecisionListener = (decision: AccessDecision) => void;
