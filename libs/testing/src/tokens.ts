import { randomUUID } from 'node:crypto';
import { ACCESS_TOKEN_TYP, type AccessTokenAlg, type AccessTokenClaims } from '@countersign/oauth';
import { SignJWT, type CryptoKey, type JSONWebKeySet, type JWTPayload } from 'jose';
import { generateTestKey, signToTheLetter, type TestKey } from './test-key.js';

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

/** Which key signs and how, where that is not what the token says. */
export interface SigningChoice {
  key?: AccessTokenAlg;
  signAs?: AccessTokenAlg;
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
  /** Signs texts that no JOSE library would write. @throws Error when the issuer has no such key. */
  signToTheLetter(header: string, payload: string | Uint8Array, choice?: SigningChoice): string;
}

export interface TestIssuerOptions {
  issuer?: string;
  /** Default audience of its tokens. */
  audience?: string;
  alg?: AccessTokenAlg;
  /** Further keys that it publishes. */
  otherAlgs?: readonly AccessTokenAlg[];
  /** Milliseconds since 1970. */
  clock?: () => number;
}

/** An issuer inside the test: no network, no server. */
export async function testIssuer(options: TestIssuerOptions = {}): Promise<TestIssuer> {
  const { issuer = 'https://issuer.example', audience = 'https://api.example/analytics', clock = Date.now } = options;
  const own = await generateTestKey(options.alg ?? 'RS256');
  const keys = [own, ...(await Promise.all((options.otherAlgs ?? []).map(generateTestKey)))];

  const sign: TestIssuer['sign'] = (header, claims) =>
    new SignJWT(claims as JWTPayload)
      .setProtectedHeader({ alg: own.alg, kid: own.kid, typ: ACCESS_TOKEN_TYP, ...header })
      .sign(own.privateKey);

  return {
    issuer,
    kid: own.kid,
    jwks: { keys: keys.map(({ jwk }) => jwk) },
    privateKey: own.privateKey,
    sign,
    tokenFor: ({ header = {}, claims = {}, ...wanted } = {}) =>
      sign(header, { ...accessTokenClaims(issuer, clock(), { audience, ...wanted }), ...claims }),
    signToTheLetter: (header, payload, { key = own.alg, signAs = key } = {}) => signToTheLetter(keyOf(keys, key), header, payload, signAs),
  };
}

function keyOf(keys: readonly TestKey[], alg: AccessTokenAlg): TestKey {
  const key = keys.find((each) => each.alg === alg);
  if (!key) throw new Error(`This issuer has no ${alg} key; name it in alg or otherAlgs.`);
  return key;
}

/** Claims of a service principal's token. */
export function accessTokenClaims(
  issuer: string,
  nowMs: number,
  options: Omit<TestTokenOptions, 'claims' | 'header'> & { audience: string },
): AccessTokenClaims {
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
