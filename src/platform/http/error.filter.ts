import { type ArgumentsHost, Catch, type ExceptionFilter, HttpStatus, NotFoundException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OAuthError } from '@countersign/oauth';
import { Configuration } from '../config/index.js';
import { Log } from '../logging/index.js';
import { answerError, type ErrorAnswer } from './error-answer.js';
import { ErrorPages } from './error-pages.js';
import { zoneOf } from './listener-zones.js';
import { httpProblem, Problem } from './problem.js';
import { routeOf, takesMetadata } from './registration-body.js';
import { loggedIdentityOf } from './request-hooks.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** Where errors are answered in the form of RFC 6749 §5.2. */
export const OAUTH_PREFIX = '/oauth/';
/** Below it, and yet a protected resource: OpenID Connect Core §5.3.3 answers as RFC 6750 does. */
const RESOURCE = '/oauth/userinfo';

/** The one place where errors become answers. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly configuration: Configuration,
    private readonly log: Log,
    private readonly pages: ErrorPages,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const error = thrown instanceof NotFoundException ? notFound(request) : thrown;
    const answer = answerError(error, {
      oauth: isNoEndpoint(error) ? undefined : takenBy(request),
      requestId: request.id,
      problemBase: `${this.configuration.settings.PUBLIC_URL}/docs/errors`,
    });
    this.note(request, answer.status, answer.reason, error);
    const drawing = this.pages.draw(request, reply, answer);
    if (!drawing) return send(reply, answer);
    void this.drawn(drawing, request).then((drawn) => drawn || send(reply, answer));
  }

  private async drawn(drawing: Promise<boolean>, request: FastifyRequest): Promise<boolean> {
    try {
      return await drawing;
    } catch (error) {
      this.log.error('error_page.failed', { ...loggedIdentityOf(request), error });
      return false;
    }
  }

  private note(request: FastifyRequest, status: number, reason: string | undefined, error: unknown): void {
    const fields = { ...loggedIdentityOf(request), method: request.method, route: request.routeOptions?.url, status, reason };
    if (status >= HttpStatus.INTERNAL_SERVER_ERROR)
      this.log.error('request.failed', { ...fields, error: error instanceof Error && error.cause ? error.cause : error });
    else if (reason && this.log.isEnabled('debug')) this.log.info('request.refused', fields);
  }
}

function send(reply: FastifyReply, { status, headers, body }: ErrorAnswer): void {
  void reply
    .status(status)
    .headers({ 'cache-control': 'no-store', ...headers })
    .send(body);
}

/** Undefined for what is no OAuth endpoint. */
function takenBy({ url }: FastifyRequest): 'form' | 'metadata' | undefined {
  if (!url.startsWith(OAUTH_PREFIX) || url.split('?', 1)[0] === RESOURCE) return undefined;
  return takesMetadata(url) ? 'metadata' : 'form';
}

/** A path below /oauth that nothing answers is not an OAuth endpoint. */
function isNoEndpoint(error: unknown): boolean {
  return error instanceof Problem && error.code === 'not_found';
}

/** In the zone of the request: what the other one has is nobody's business here. */
function hasRoute(request: FastifyRequest, method: string, url: string): boolean {
  const { server } = request;
  return server.hasRoute({ method, url, constraints: { zone: zoneOf(request) } }) || server.hasRoute({ method, url });
}

/** A path that exists with another method is 405 and names the methods (RFC 9110 §15.5.6). */
function notFound(request: FastifyRequest): Error {
  const [path = '/'] = request.url.split('?');
  const allowed = METHODS.filter((method) => hasRoute(request, method, routeOf(path)));
  if (allowed.length > 0) {
    const headers = { allow: allowed.join(', ') };
    return takenBy(request)
      ? new OAuthError('method_not_allowed', `Send a ${allowed.join(' or ')} request.`, { headers })
      : httpProblem('method_not_allowed', `This address takes ${allowed.join(', ')}.`, { headers });
  }
  return httpProblem('not_found', 'There is nothing at this address.');
}
