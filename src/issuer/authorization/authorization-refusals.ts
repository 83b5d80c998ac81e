import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { OAuthError, type FormParameters } from '@countersign/oauth';
import { AuditUnavailable, RefusalCounter } from '../../platform/audit/index.js';
import { Configuration } from '../../platform/config/index.js';
import { isDatabaseUnavailable } from '../../platform/database/index.js';
import { Log } from '../../platform/logging/index.js';
import { errorAnswer, stateOf } from './authorization-answer.js';
import type { Known } from './authorization-facts.js';

/** Where the browser goes, or what the person has to be told, because nobody else may be. */
export type AuthorizationOutcome = { readonly location: string } | { readonly error: OAuthError };

/** What is known of a request when something is wrong with it. */
export interface Progress {
  params?: FormParameters;
  where?: Known;
}

/** What becomes of requests that cannot go on. */
@Injectable()
export class AuthorizationRefusals {
  constructor(
    private readonly counter: RefusalCounter,
    private readonly log: Log,
    private readonly configuration: Configuration,
  ) {}

  /** AE-21, AZ-14: only an app that somebody has looked at is sent an error that no person has seen. */
  refuse(request: FastifyRequest, { params, where }: Progress, thrown: unknown): AuthorizationOutcome {
    const error = this.asOAuthError(thrown, request);
    this.counter.count('authorization.refused', request.ip, error.detail ?? error.code);
    const client = where?.find('client');
    const redirectUri = where?.find('redirectUri');
    if (!client?.app.reviewed || redirectUri === undefined) return { error };
    const address = { redirectUri, state: params && stateOf(params), issuer: this.configuration.settings.PUBLIC_URL };
    return { location: errorAnswer(address, error) };
  }

  /** AE-19. */
  private asOAuthError(error: unknown, request: FastifyRequest): OAuthError {
    if (error instanceof OAuthError) return error;
    if (error instanceof AuditUnavailable || isDatabaseUnavailable(error))
      return new OAuthError('temporarily_unavailable', 'The server cannot work right now. Try again shortly.', { cause: error });
    this.log.error('authorization.failed', { request_id: request.id, error });
    return new OAuthError('server_error', 'Something unexpected happened. The X-Request-Id header finds it in the log.', { cause: error });
  }
}
