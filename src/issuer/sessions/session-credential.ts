import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Caller, CallerCredential, GuardedRequest } from '@countersign/guards';
import { missingCredentials, type ResourceIdentity } from '@countersign/resource-server';
import { FormTokens } from './form-tokens.js';
import { SessionCookie } from './session-cookie.js';
import { Sessions, type SignedInUser } from './sessions.js';

/** Only what people do with their own account; a session opens nothing else of the management API. */
const OWN_PATH = '/v1/me/';
const CSRF_HEADER = 'x-csrf-token';
const SCOPES = ['read:api-keys', 'write:api-keys'];

/** The session of a browser at the API of one's own account. A cookie comes by itself, so it counts only with the token of our pages. */
@Injectable()
export class SessionCredential implements CallerCredential {
  readonly name = 'session';

  constructor(
    private readonly sessions: Sessions,
    private readonly cookie: SessionCookie,
    private readonly tokens: FormTokens,
  ) {}

  recognise(guarded: GuardedRequest): string | undefined {
    const request = guarded as unknown as FastifyRequest;
    // The path first: every request to every API comes by here.
    if (!request.url.startsWith(OWN_PATH) || request.headers[CSRF_HEADER] === undefined) return undefined;
    return this.cookie.read(request) === undefined ? undefined : 'cookie';
  }

  /** @throws Problem `form_expired`; ResourceRequestRefused `missing_credentials` when the session has ended */
  async prove(guarded: GuardedRequest, resource: ResourceIdentity): Promise<Caller> {
    const request = guarded as unknown as FastifyRequest;
    const token = request.headers[CSRF_HEADER];
    this.tokens.verify(request, typeof token === 'string' ? token : undefined);
    const user = await this.sessions.current(request);
    if (!user) throw missingCredentials(resource, []);
    return callerOfSession(user);
  }
}

/** Our own pages, which act for the person as an app does. */
export function callerOfSession({ userId, sessionId }: SignedInUser): Caller {
  return Object.freeze({
    principalType: 'app' as const,
    subject: userId,
    clientId: sessionId,
    scopes: new Set(SCOPES),
    credentialId: sessionId,
  });
}
