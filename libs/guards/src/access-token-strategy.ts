import { Strategy, type JwtFromRequestFunction } from 'passport-jwt';
import { extractBearerToken, type CertificateSource, type ProvenKeys } from '@countersign/resource-server';
import { callerOf } from './caller.js';
import { provenKeys, tokenBearing, type GuardedRequest } from './guarded-request.js';
import type { GuardedResource } from './protected-resources.js';

export interface AccessTokenStrategyOptions {
  resource: GuardedResource;
  /** What the route needs. */
  scopes: readonly string[];
}

/**
 * passport-jwt's strategy with our judge in place of its own: it extracts the token, AccessTokenVerifier verifies it.
 * Its own verification takes unknown `crit` headers, parses the key on every request and works on the event loop.
 */
export class AccessTokenStrategy extends Strategy {
  /** Set by passport-jwt from `jwtFromRequest`. */
  declare private readonly _jwtFromRequest: JwtFromRequestFunction<GuardedRequest>;

  constructor(private readonly certificateOf: CertificateSource | undefined) {
    super(
      { jwtFromRequest: (request: GuardedRequest) => extractBearerToken(tokenBearing(request)) ?? null, secretOrKeyProvider: unused },
      unused,
    );
  }

  /** passport calls this on a copy per request, with `success`, `fail` and `error` of that request. */
  override authenticate(request: unknown, { resource, scopes }: AccessTokenStrategyOptions): void {
    let token: string | null;
    let proven: ProvenKeys;
    try {
      token = this._jwtFromRequest(request as GuardedRequest);
      proven = provenKeys(request as GuardedRequest, this.certificateOf);
    } catch (error) {
      return this.error(error as Error);
    }
    if (token === null) return this.fail(401);
    resource.verifier.verify(token, { audience: resource.identifier, scopes, proven }).then(
      (verified) => this.success(callerOf(verified)),
      (error: unknown) => this.error(error as Error),
    );
  }
}

function unused(): never {
  throw new Error('AccessTokenStrategy verifies by AccessTokenVerifier alone.');
}
