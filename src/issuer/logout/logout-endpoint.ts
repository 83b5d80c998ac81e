import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FormParameters, OAuthError } from '@countersign/oauth';
import { Configuration } from '../../platform/config/index.js';
import { logoutAddress, LOGOUT_PAGE, Sessions, SIGNED_OUT_PAGE, type SignedInUser } from '../sessions/index.js';
import { fieldsOf, LogoutRequests, type LogoutRequest } from './logout-requests.js';

const FORM = /^application\/x-www-form-urlencoded(?:\s*;\s*charset=utf-8)?\s*$/i;
export const LOGOUT_PATH = '/oauth/logout';
const PARAMETERS = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'];

/** OpenID Connect RP-Initiated Logout 1.0 §2: an app that signs a person out of itself signs them out of here too. */
@Injectable()
export class LogoutEndpoint {
  constructor(
    private readonly requests: LogoutRequests,
    private readonly sessions: Sessions,
    private readonly configuration: Configuration,
  ) {}

  /** @returns where the browser goes now. @throws OAuthError `invalid_request`, for the person */
  async answer(request: FastifyRequest, reply: FastifyReply): Promise<string> {
    if (request.method === 'POST') return this.byGet(request);
    const { url } = request;
    const params = FormParameters.parse(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');
    const asked = await this.requests.read(params);
    const user = await this.sessions.current(request);
    // §2: without a token of this very session anybody could have sent the person here (attack 27).
    if (user && !isOf(user, asked)) return this.page(LOGOUT_PAGE, params, asked);
    if (user) await this.sessions.end(request, reply, { client_id: asked.hint?.clientId });
    const mayGo = asked.isTrusted || user !== undefined;
    return asked.returnTo !== undefined && mayGo ? asked.returnTo : this.page(SIGNED_OUT_PAGE, params, asked);
  }

  /** A form of another site brings no cookie along, so whose session it is about is not known yet (RFC 6265bis, SameSite=Lax). */
  private byGet({ body, headers }: FastifyRequest): string {
    if (typeof body !== 'string' || !FORM.test(headers['content-type'] ?? ''))
      throw new OAuthError('invalid_request', 'Send the parameters as application/x-www-form-urlencoded in the body.');
    const params = FormParameters.parse(body);
    params.refuseRepeats();
    const kept = PARAMETERS.flatMap((name) => params.list(name).map((value): [string, string] => [name, value]));
    return `${this.configuration.settings.PUBLIC_URL}${LOGOUT_PATH}?${new URLSearchParams(kept).toString()}`;
  }

  private page(page: string, params: FormParameters, asked: LogoutRequest): string {
    return this.configuration.settings.PUBLIC_URL + logoutAddress(page, fieldsOf(params, asked));
  }
}

function isOf({ sessionId }: SignedInUser, { hint }: LogoutRequest): boolean {
  return hint?.sessionId === sessionId;
}
