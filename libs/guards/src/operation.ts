import type { GuardedRequest } from './guarded-request.js';

/** One of several operations behind a route: a tool of an MCP server, a method of JSON-RPC. One object per operation and process. */
export interface RouteOperation {
  /** For usage reports and logs: one of a fixed set, never what a client sent. */
  readonly name: string;
  /** What a caller must hold, all of them; none: whoever has a credential for the API. */
  readonly scopes: readonly string[];
  /** Scopes that a caller without credentials is advised to ask for; default: those that the operation needs. */
  readonly suggestedScopes?: readonly string[];
}

/** Reads only: it is asked before anybody is proven. Should it throw, the request is refused with 400. */
export type OperationOf = (request: GuardedRequest) => RouteOperation;
