import { randomUUID } from 'node:crypto';
import { ACCESS_TOKEN_TYP, type AccessTokenAlg, type AccessTokenClaims } from '@countersign/oauth';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JSONWebKeySet, type JWTPayload } from 'jose';

export interface TestTokenOptions {
  /** Becomes `org_id`. */
  org?: string;
  scopes?: readonly string[];
  audience?: string;
  /** Default: one hour. Negative: expired. */
  lifetimeSeconds?: number;
  /** Replaces or adds any claim; `undefined` leaves one out. */
  claims?: Readonly<Record<string, unknown>>;
  /** Replaces or adds header members. */
  header?: Readonly<Record<string, unknown>>;
}

export interface TestIssuer {
  readonly issuer: string;
  readonly kid: string;
  /** The public keys, as the issuer would publish them. */
  readonly jwks: JSONWebKeySet;
  readonly privateKey: CryptoKey;
  /** An access token that a guard of this issuer takes, unless the options spoil it. */
  tokenFor(options?: TestTokenOptions): Promise<string>;
  /** Signs what it is given. */
  sign(header: Readonly<Record<string, unknown>>, claims: Readonly<Record<string, unknown>>): Promise<string>;
}

export interface TestIssuerOptions {
  issuer?: string;
  /** Default audience of its tokens. */
  audience?: string;
  alg?: AccessTokenAlg;
  /** Milliseconds since 1970. */
  clock?: () => number;
}

/** An issuer inside the test: no network, no server. */
export async function testIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const { issuer = 'https://issuer.example', audience = 'https://api.example/analytics', alg = 'RS256', clock = Date.now } = options;
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);

  const sign: TestIssuer['sign'] = (header, claims) =>
    new SignJWT(claims as JWTPayload).setProtectedHeader({ alg, kid, typ: ACCESS_TOKEN_TYP, ...header }).sign(privateKey);

  return {
    issuer,
    kid,
    jwks: { keys: [{ ...jwk, kid, alg, use: 'sig' }] },
    privateKey,
    sign,
    tokenFor: ({ header = {}, claims = {}, ...wanted } = {}) =>
      sign(header, { ...accessTokenClaims(issuer, clock(), { audience, ...wanted }), ...claims }),
  };
}

/** Claims of a service principal's token. */
function accessTokenClaims(issuer: string, nowMs: number, options: TestTokenOptions & { audience: string }): AccessTokenClaims {
  const { org = 'org_test', scopes = ['read:analytics-data'], audience, lifetimeSeconds = 3600 } = options;
  const iat = Math.floor(nowMs / 1000) - (lifetimeSeconds < 0 ? 3600 : 0);
  const jti = randomUUID();
  return {
    iss: issuer,
    sub: 'sp_test',
    aud: audience,
    exp: lifetimeSeconds < 0 ? iat + 3600 + lifetimeSeconds : iat + lifetimeSeconds,
    iat,
    jti,
    client_id: 'sp_test',
    scope: scopes.join(' '),
    principal_type: 'service_principal',
    org_id: org,
    cred: 'sec_test',
    root: jti,
  };
}
