import type { AccessTokenClaims, Client, Confirmation } from '@countersign/oauth';
import type { CatalogueApi } from '../../directory/api-resources/index.js';

/** What is said of a token that lives, to somebody whose business it is (RFC 7662 §2.2). Times are seconds since 1970. */
export interface ActiveToken extends Partial<Pick<AccessTokenClaims, 'org_id' | 'principal_type' | 'act' | 'auth_time' | 'acr' | 'amr'>> {
  readonly active: true;
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly client_id: string;
  readonly scope: string;
  readonly exp: number;
  readonly iat: number;
  readonly nbf?: number;
  readonly jti?: string;
  /** As the token endpoint calls it; absent for what is presented nowhere but there. */
  readonly token_type?: 'Bearer' | 'DPoP';
  readonly cnf?: Confirmation;
  /** Of an API key: networks from which it may be used, for the guard to judge. */
  readonly allowed_ips?: readonly string[];
}

// RFC 7662 §2.2, INT-2: nothing else, whatever is wrong, so that nobody learns what a token was.
export const INACTIVE = Object.freeze({ active: false } as const);

export type IntrospectionAnswer = ActiveToken | typeof INACTIVE;

/** Who asks, proven. */
export interface IntrospectionCaller {
  readonly client: Client;
  /** The API whose guards ask; undefined for a client, which may ask about its own tokens only. */
  readonly api: CatalogueApi | undefined;
  /** Where the question comes from, which is not where the token was presented. */
  readonly sourceAddress: string;
}
