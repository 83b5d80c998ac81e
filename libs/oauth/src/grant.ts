import type { ActorClaim, AncestorHandles, Confirmation, Zone } from './access-token.js';
import type { AuthenticatedClient, OAuthRequest } from './client-auth.js';
import type { TargetApi } from './client.js';

/** What the client proved to hold (RFC 7800); named after the constraint that proved it. */
export interface SenderProof {
  readonly constraint: string;
  readonly cnf: Confirmation;
}

export interface SenderConstraint {
  readonly name: string;
  prove(request: OAuthRequest): Promise<SenderProof | undefined>;
}

/** The `scope`, `audience` and `resource` of a request, read once for every grant. */
export interface RequestedAccess {
  /** undefined: the client did not ask, and gets what was granted. */
  readonly scopes: readonly string[] | undefined;
  readonly audience: string | undefined;
}

export interface GrantRequest {
  readonly caller: AuthenticatedClient;
  readonly requested: RequestedAccess;
  /** Only the parameters that the grant declares. */
  readonly params: Readonly<Record<string, string>>;
  readonly proof: SenderProof | undefined;
  /** Keeps facts for the audit event of this request, granted or refused; never a secret. */
  readonly note: (facts: Readonly<Record<string, unknown>>) => void;
}

/** A grant's decision: who the token is for, for what, how long. */
export interface Issuance {
  readonly subject: string;
  readonly api: TargetApi;
  readonly scopes: readonly string[];
  readonly orgId: string | undefined;
  /** undefined: the client's or the API's default. */
  readonly lifetimeSeconds: number | undefined;
  /** The consent or policy it stands on. */
  readonly grantId: string | undefined;
  readonly actor?: ActorClaim;
  /** First ancestor's jti; undefined: this token starts a line. */
  readonly root?: string;
  readonly ancestors?: readonly AncestorHandles[];
  /** Seconds since 1970: the token ends then, however long it could live. */
  readonly notAfter?: number;
  /** RFC 8693 §2.2.1; for exchanges only. */
  readonly issuedTokenType?: string;
}

/** RFC 6749 §4: one `grant_type`. A grant only decides; it sees no HTTP, no keys and no SQL. */
export interface Grant {
  /** Value of `grant_type`. */
  readonly name: string;
  /** Names of its own parameters; every other one is dropped before `decide`. */
  readonly parameters: readonly string[];
  /** Parameters that may occur more than once, beside `resource`. */
  readonly repeatable?: readonly string[];
  /** Where it can be used; absent: in every zone. */
  readonly zones?: readonly Zone[];
  decide(request: GrantRequest): Promise<Issuance>;
}
