import type { ActorClaim, AncestorHandles, AuthenticatedClient, GrantRequest } from '@countersign/oauth';

/** For whom a client asks, as a token of theirs proved it. */
export interface VerifiedSubject {
  /** `sub` of what is issued on it. */
  readonly subject: string;
  readonly orgId: string | undefined;
  /** Who acted for the subject until now. */
  readonly actor: ActorClaim | undefined;
  /** Seconds since 1970: nothing that is issued on it lives longer. */
  readonly expiresAt: number;
  /** First ancestor's jti; undefined: what is issued on it starts a line. */
  readonly root: string | undefined;
  /** The subject token itself, then what it was derived from; undefined: no token stands behind it. */
  readonly ancestors: readonly AncestorHandles[] | undefined;
  /** The client exchanges a credential of its own: nobody acts for somebody else. */
  readonly isOwn?: true;
}

/** Who presents the token, with which key of its own. */
export interface SubjectTokenPresenter extends AuthenticatedClient {
  readonly sender: GrantRequest['proof'];
  readonly note: GrantRequest['note'];
}

/** RFC 8693 §3: one type of subject token. */
export interface SubjectTokenVerifier {
  /** Value of `subject_token_type`. */
  readonly name: string;
  /** @throws OAuthError `invalid_request` for a token that is no longer good, or not this client's to exchange (RFC 8693 §2.2.2) */
  verify(token: string, presenter: SubjectTokenPresenter): Promise<VerifiedSubject>;
}
