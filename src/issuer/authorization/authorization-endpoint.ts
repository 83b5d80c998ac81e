import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FormParameters, OAuthError } from '@countersign/oauth';
import { FormTokens, Sessions } from '../sessions/index.js';
import { AuthorizationChecks } from './authorization-checks.js';
import type { CheckedRequest } from './authorization-facts.js';
import { AuthorizationLimits } from './authorization-limits.js';
import { AuthorizationRefusals, type AuthorizationOutcome, type Progress } from './authorization-refusals.js';
import { Interactions } from './interactions.service.js';
import { PushedRequests } from './pushed-requests.service.js';

const FORM = /^application\/x-www-form-urlencoded(?:\s*;\s*charset=utf-8)?\s*$/i;

/** RFC 6749 §3.1. */
@Injectable()
export class AuthorizationEndpoint {
  constructor(
    private readonly checks: AuthorizationChecks,
    private readonly pushed: PushedRequests,
    private readonly interactions: Interactions,
    private readonly sessions: Sessions,
    private readonly forms: FormTokens,
    private readonly limits: AuthorizationLimits,
    private readonly refusals: AuthorizationRefusals,
  ) {}

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<AuthorizationOutcome> {
    const progress: Progress = {};
    try {
      return { location: await this.proceed(request, reply, progress) };
    } catch (error) {
      return this.refusals.refuse(request, progress, error);
    }
  }

  private async proceed(request: FastifyRequest, reply: FastifyReply, progress: Progress): Promise<string> {
    await this.limits.count(request.ip);
    const checked = await this.read(request, reply);
    progress.params = checked.params;
    progress.where = await this.checks.findWhere(checked);
    const facts = await this.checks.findWhat(checked, progress.where);
    const user = await this.sessions.current(request);
    return this.interactions.begin(facts, this.forms.nameBrowser(request, reply), user);
  }

  private async read(request: FastifyRequest, reply: FastifyReply): Promise<CheckedRequest> {
    const params = parametersOf(request);
    if (!this.pushed.isReference(params.find('request_uri'))) return { params, isPushed: false, asker: request.ip };
    return { params: await this.pushed.use(params, this.forms.nameBrowser(request, reply)), isPushed: true };
  }
}

/** AZ-1: by GET in the query, by POST in a form. */
function parametersOf({ method, url, body, headers }: FastifyRequest): FormParameters {
  if (method !== 'POST') return FormParameters.parse(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');
  if (typeof body !== 'string' || !FORM.test(headers['content-type'] ?? ''))
    throw new OAuthError('invalid_request', 'Send the parameters as application/x-www-form-urlencoded in the body.');
  return FormParameters.parse(body);
}
