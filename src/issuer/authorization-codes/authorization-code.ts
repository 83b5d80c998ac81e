import type { UserAuthentication } from '@countersign/oauth';

/** What a code stands for, from the moment a person allowed it. */
export interface GrantedAuthorization {
  readonly orgId: string;
  readonly consentId: string;
  readonly clientId: string;
  readonly userId: string;
  readonly apiId: string;
  readonly scopes: readonly string[];
  /** As the request presented it, or the only one that is registered. */
  readonly redirectUri: string;
  readonly redirectUriWasSent: boolean;
  readonly codeChallenge: string;
  /** Thumbprint of the key that has to redeem it (RFC 9449 §10). */
  readonly dpopJkt: string | undefined;
  readonly authentication: UserAuthentication;
  /** The session in which it was allowed; undefined in codes of an older version. */
  readonly sessionId: string | undefined;
  /** OpenID Connect Core §3.1.2.1: as it was sent, for the ID token. */
  readonly nonce: string | undefined;
}

/** A code as it is stored. */
export interface StoredCode extends GrantedAuthorization {
  readonly digest: Buffer;
  /** Of all that comes of it: the `root` of its tokens. */
  readonly familyId: string;
  readonly redeemableUntil: Date;
  readonly redeemedAt: Date | undefined;
}
