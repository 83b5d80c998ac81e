import { Strategy, type JwtFromRequestFunction } from 'passport-jwt';
import { extractToken, schemeOf } from '@countersign/resource-server';
import { callerOf } from './caller.js';
import { httpFacts, tokenBearing, type GuardedRequest } from './guarded-request.js';
import type { GuardedResource } from './protected-resources.js';

export interface AccessTokenStrategyOptions {
  resource: GuardedResource;
  /** What the route needs. */
  scopes: readonly string[];
}

/**
 * passport-jwt's strategy with our judge in place of its own: it extracts the token, TokenJudge judges it with what came along.
 * Its own verification takes unknown `crit` headers, parses the key on every request and works on the event loop.
 */
export class AccessTokenStrategy extends Strategy {
  /** Set by passport-jwt from `jwtFromRequest`. */
  declare private readonly _jwtFromRequest: JwtFromRequestFunction<GuardedRequest>;

  constructor() {
    super(
      { jwtFromRequest: (request: GuardedRequest) => extractToken(tokenBearing(request))?.token ?? null, secretOrKeyProvider: unused },
      unused,
    );
  }

  /** passport calls this on a copy per request, with `success`, `fail` and `error` of that request. */
  override authenticate(request: unknown, { resource, scopes }: AccessTokenStrategyOptions): void {
    const guarded = request as GuardedRequest;
    const scheme = schemeOf(tokenBearing(guarded));
    // A scheme that is not offered is as good as none.
    if (scheme === 'dpop' && !resource.dpop) return this.fail(401);
    let token: string | null;
    try {
      token = this._jwtFromRequest(guarded);
    } catch (error) {
      return this.error(error as Error);
    }
    if (token === null) return this.fail(401);
    resource.judge.judge({ scheme, token }, httpFacts(guarded), { audience: resource.identifier, scopes }).then(
      (verified) => this.success(callerOf(verified)),
      (error: unknown) => this.error(error as Error),
    );
  }
}

function unused(): never {
  throw new Error('AccessTokenStrategy verifies by TokenJudge alone.');
}
