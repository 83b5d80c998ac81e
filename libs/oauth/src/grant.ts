import type { ActorClaim, AncestorHandles, Confirmation, Zone } from './access-token.js';
import type { AuthenticatedClient, OAuthRequest, SingleUse } from './client-auth.js';
import type { TargetApi } from './client.js';

/** What the client proved to hold (RFC 7800); named after the constraint that proved it. */
export interface SenderProof {
  readonly constraint: string;
  readonly cnf: Confirmation;
  /** The proof is good for one request. */
  readonly singleUse?: SingleUse | undefined;
  /** For the answer, such as the nonce of the next proof. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SenderConstraint {
  readonly name: string;
  /** What it adds to the discovery document of a zone. */
  metadata?(zone: Zone): Readonly<Record<string, unknown>>;
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
  /** Where the request comes from, after trusted proxies. */
  readonly sourceAddress: string;
  /** Keeps facts for the audit event of this request, granted or refused; never a secret. */
  readonly note: (facts: Readonly<Record<string, unknown>>) => void;
}

/** How and when a person signed in, as tokens tell it (RFC 9068 §2.2.1). */
export interface UserAuthentication {
  /** Seconds since 1970. */
  readonly authTime: number;
  readonly acr: string;
  readonly amr: readonly string[];
}

/** What an ID token says beside what the access token says. */
export interface IdTokenFacts {
  readonly nonce?: string | undefined;
  /** `sid`. */
  readonly sessionId?: string | undefined;
}

/** RFC 6749 §5.1. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer' | 'DPoP';
  /** Seconds. */
  readonly expires_in: number;
  readonly scope: string;
  readonly refresh_token?: string;
  /** OpenID Connect Core §3.1.3.3. */
  readonly id_token?: string;
  /** RFC 8693 §2.2.1; for exchanges only. */
  readonly issued_token_type?: string;
}

/** What leaves in place of what was signed. */
export interface SettledAnswer {
  readonly answer: TokenAnswer;
  /** It left before: this is the answer to an earlier try, whose response was lost. */
  readonly repeated: boolean;
}

/** The audit row of what is issued, to be written in the transaction of whoever uses up what it stands on: both are durable, or neither. */
export interface IssueRecord {
  write(transaction: object): Promise<void>;
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
  /** The `jti`; undefined: a new one. */
  readonly tokenId?: string;
  /** Of the person it is for. */
  readonly authentication?: UserAuthentication;
  /** An ID token goes with it; `authentication` is there too. */
  readonly idToken?: IdTokenFacts;
  /**
   * Uses up what the token stands on, and keeps what must be kept, once all else is decided: what is refused before costs the client
   * nothing. Only of grants that say `settles`. @throws OAuthError `invalid_grant` where somebody else was faster
   */
  readonly settle?: (signed: TokenAnswer, record: IssueRecord) => Promise<SettledAnswer>;
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
  /**
   * What it stands on is used up, and a second use of that takes something away. So a single-use assertion of the client is claimed before
   * `decide`: a request that comes twice, by a proxy or by whoever caught it, is refused for its assertion and does nothing.
   */
  readonly settles?: boolean;
  decide(request: GrantRequest): Promise<Issuance>;
}
