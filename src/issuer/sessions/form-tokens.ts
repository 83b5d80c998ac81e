import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Configuration } from '../../platform/config/index.js';
import { Problem } from '../../platform/http/index.js';
import { Cookie } from './cookies.js';
import { SessionCookie } from './session-cookie.js';
import { SESSIONS_PROBLEMS } from './sessions.errors.js';

const SECRET = /^[A-Za-z0-9_-]{43}$/;

/**
 * Proof that a form came from a page that this browser got from us: bound to the browser's own cookie and to its session. Nothing is
 * stored: the token is computed from what the browser alone holds.
 */
@Injectable()
export class FormTokens {
  private readonly cookie: Cookie;
  private readonly origin: string;
  /** Browsers that get their cookie with the answer to this request. */
  private readonly fresh = new WeakMap<FastifyRequest, string>();

  constructor(
    { settings }: Configuration,
    private readonly session: SessionCookie,
  ) {
    this.cookie = new Cookie('countersign-browser', settings.PUBLIC_URL);
    this.origin = new URL(settings.PUBLIC_URL).origin;
  }

  /** The value for the hidden field `csrf_token`. Gives the browser its cookie where it has none. */
  issue(request: FastifyRequest, reply: FastifyReply): string {
    return this.tokenOf(this.secretOf(request) ?? this.begin(request, reply), request);
  }

  /**
   * Also refuses a form whose `Origin` or `Sec-Fetch-Site` says that it comes from elsewhere.
   * @param token the submitted `csrf_token`
   * @throws Problem `form_expired` (403): missing, of another browser, or of another session
   */
  verify(request: FastifyRequest, token: string | undefined): void {
    const secret = this.secretOf(request);
    const matches = secret !== undefined && token !== undefined && areEqual(token, this.tokenOf(secret, request));
    if (!matches || this.comesFromElsewhere(request))
      throw new Problem(SESSIONS_PROBLEMS, 'form_expired', 'The form is too old or of another session. Load the page again.');
  }

  /** Names the browser for what must be finished where it was begun; the same before and after a sign-in. Undefined without cookie. */
  browserOf(request: FastifyRequest): string | undefined {
    const secret = this.secretOf(request);
    return secret && derive(secret, 'name');
  }

  /** Like `browserOf`; gives the browser its cookie where it has none. */
  nameBrowser(request: FastifyRequest, reply: FastifyReply): string {
    return derive(this.secretOf(request) ?? this.begin(request, reply), 'name');
  }

  /** A secret for a purpose that this browser alone can bring back; it is stored nowhere. Undefined without cookie. */
  secretFor(request: FastifyRequest, purpose: string): string | undefined {
    const secret = this.secretOf(request);
    return secret && derive(secret, `secret ${purpose}`);
  }

  private tokenOf(secret: string, request: FastifyRequest): string {
    return derive(secret, `form ${this.session.read(request) ?? ''}`);
  }

  private secretOf(request: FastifyRequest): string | undefined {
    const value = this.cookie.read(request);
    return value !== undefined && SECRET.test(value) ? value : this.fresh.get(request);
  }

  private begin(request: FastifyRequest, reply: FastifyReply): string {
    const secret = randomBytes(32).toString('base64url');
    this.fresh.set(request, secret);
    this.cookie.write(reply, secret);
    return secret;
  }

  private comesFromElsewhere({ headers }: FastifyRequest): boolean {
    const site = headers['sec-fetch-site'];
    if (site !== undefined) return site !== 'same-origin' && site !== 'none';
    // Fetch §3.2: a page with Referrer-Policy no-referrer, such as ours, posts with the origin "null".
    return headers.origin !== undefined && headers.origin !== 'null' && headers.origin !== this.origin;
  }
}

function derive(secret: string, purpose: string): string {
  return createHmac('sha256', Buffer.from(secret, 'base64url')).update(purpose).digest('base64url');
}

function areEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
