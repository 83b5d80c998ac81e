/** The protected operation that is attacked. */
export interface Target {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: string | undefined;
  /** Identifier of the API: the `aud` of its tokens. */
  readonly audience: string;
  /** Every scope the operation needs; none: scopes are not checked. */
  readonly scopes: readonly string[];
  /** Organization of the good token; absent: the API has no organizations. */
  readonly org?: string | undefined;
  /** An object of somebody else's. */
  readonly foreignUrl?: string | undefined;
  /** Within this time after a revocation the API must refuse. */
  readonly revocationSeconds: number;
}
