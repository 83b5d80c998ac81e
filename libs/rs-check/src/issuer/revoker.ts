/** Somebody who can make tokens of the issuer and have them revoked there. */
export interface Revoker {
  /** A token like the good one that nothing else uses. @throws SetupError */
  freshToken(): Promise<string>;
  /** @throws SetupError */
  revoke(token: string): Promise<void>;
}
