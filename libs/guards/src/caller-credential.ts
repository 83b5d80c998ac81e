import { Registry } from '@countersign/oauth';
import { extractToken, MalformedCredentials, peekBearerToken, type ResourceIdentity } from '@countersign/resource-server';
import type { Caller } from './caller.js';
import { tokenBearing, type GuardedRequest } from './guarded-request.js';

/**
 * One more way of proving who calls, beside the access token: an API key, a browser session.
 * A credential that browsers send by themselves (a cookie) is recognised only together with its proof of intent (a CSRF header).
 */
export interface CallerCredential {
  readonly name: string;
  /** Reads only. The lower-case header that carries it, such as `x-api-key` or `authorization`; undefined: not mine. */
  recognise(request: GuardedRequest): string | undefined;
  /** As `prove` where all it needs is in memory, and undefined where it is not: for the hot path, without a promise. */
  recall?(request: GuardedRequest, resource: ResourceIdentity): Caller | undefined;
  /** Throws `TokenRefused`, `ResourceRequestRefused`, or anything else for 500. */
  prove(request: GuardedRequest, resource: ResourceIdentity): Promise<Caller>;
}

/** The access token is the built-in credential: it is what an `Authorization: Bearer` that nobody else claims is. */
export const ACCESS_TOKEN_CREDENTIAL = 'access_token';

export class CallerCredentials {
  private readonly registry: Registry<CallerCredential>;

  constructor(credentials: readonly CallerCredential[] = []) {
    this.registry = new Registry('caller credential', credentials);
    if (this.registry.find(ACCESS_TOKEN_CREDENTIAL)) throw new Error(`"${ACCESS_TOKEN_CREDENTIAL}" is built in.`);
  }

  /**
   * The credential that must prove this request; undefined: the access token, or nobody.
   * @throws MalformedCredentials when the request carries two, or beside the one a token in its address
   */
  recognise(request: GuardedRequest): CallerCredential | undefined {
    let recognised: CallerCredential | undefined;
    let authorizationIsTaken = false;
    for (const credential of this.registry) {
      const carrier = credential.recognise(request);
      if (carrier === undefined) continue;
      if (recognised) throw severalCredentials();
      recognised = credential;
      authorizationIsTaken = carrier === 'authorization';
    }
    if (recognised) requireAlone(request, authorizationIsTaken);
    return recognised;
  }
}

/** Reading for a token refuses what no credential may stand beside: a second `Authorization`, a token in the address. */
function requireAlone(request: GuardedRequest, authorizationIsTaken: boolean): void {
  const bearing = tokenBearing(request);
  if (authorizationIsTaken) peekBearerToken(bearing);
  else if (extractToken(bearing) !== undefined) throw severalCredentials();
}

// RFC 6750 §2: a client must not use more than one way in one request; which of two counts must not be a guess.
function severalCredentials(): MalformedCredentials {
  return new MalformedCredentials('several_credentials', 'Send one kind of credentials only.');
}
