import type { FastifyReply, FastifyRequest } from 'fastify';

/** Proof that a form came from a page that this browser got from us: bound to the browser's own cookie and to its session. */
export abstract class FormTokens {
  /** The value for the hidden field `csrf_token`. Gives the browser its cookie where it has none. */
  abstract issue(request: FastifyRequest, reply: FastifyReply): string;

  /**
   * Also refuses a form whose `Origin` or `Sec-Fetch-Site` says that it comes from elsewhere.
   * @param token the submitted `csrf_token`
   * @throws Problem `form_expired` (403): missing, of another browser, or of another session
   */
  abstract verify(request: FastifyRequest, token: string | undefined): void;

  /** Names the browser for what must be finished where it was begun; the same before and after a sign-in. Undefined without cookie. */
  abstract browserOf(request: FastifyRequest): string | undefined;
}
