import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FormTokens, isOwnPath, isReturnPath, signInAddress, WayBack } from '../../../issuer/sessions/index.js';
import { LOGOUT_PATH } from '../../../issuer/logout/index.js';
import { ErrorPages, Problem, zoneOf, type ErrorAnswer } from '../../../platform/http/index.js';
import { pathOf, Pages, prefersHtml, submitted } from '../kit/index.js';
import { ErrorPage } from './error-page.js';
import { failureOf, failureOfProblem, FORM_PAGES, type Failure, type FormPage } from './failure.js';
import { SIGN_IN_PAGE, wordsOf, type ErrorWords } from './words.js';

/** AE-1 … AE-3, AE-21: no program asks here, only browsers that an app has sent. */
const FOR_BROWSERS = ['/oauth/authorize', LOGOUT_PATH];
const PAGES = /^\/(?:$|(?:login|logout|consent|device|account)(?:\/|$))/;

/** What people see instead of an error document. */
@Injectable()
export class PageErrors extends ErrorPages {
  constructor(
    private readonly pages: Pages,
    private readonly tokens: FormTokens,
    private readonly wayBack: WayBack,
    @Inject(FORM_PAGES) private readonly formPages: readonly FormPage[],
  ) {
    super();
  }

  override draw(request: FastifyRequest, reply: FastifyReply, answer: ErrorAnswer): Promise<boolean> | undefined {
    const path = pathOf(request);
    const isPage = FOR_BROWSERS.includes(path) || (PAGES.test(path) && prefersHtml(request.headers.accept));
    return isPage && zoneOf(request) === 'external' ? this.answer(request, reply, failureOf(answer)) : undefined;
  }

  private async answer(request: FastifyRequest, reply: FastifyReply, failure: Failure): Promise<boolean> {
    if (failure.code === 'sign_in_required') return this.sendToSignIn(request, reply);
    const rest = await this.redraw(request, reply, failure);
    if (rest) this.sendError(request, reply, rest);
    return true;
  }

  private sendError(request: FastifyRequest, reply: FastifyReply, failure: Failure): void {
    const words = this.withWayBack(wordsOf(failure, pathOf(request)), request);
    const content = <ErrorPage words={words} failure={failure} requestId={request.id} />;
    this.pages.send(reply, { status: failure.status, headers: failure.headers, title: words.title, content });
  }

  /**
   * The form again. Not where no cookie of ours came along: then another site sent it, and must not make us give a new one.
   * @returns what is still to be told; undefined when the page has told it
   */
  private async redraw(request: FastifyRequest, reply: FastifyReply, failure: Failure): Promise<Failure | undefined> {
    const page = this.formPages.find(({ path }) => path === pathOf(request));
    if (!page || request.method !== 'POST' || failure.status >= 500 || this.tokens.browserOf(request) === undefined) return failure;
    try {
      return (await page.redraw({ request, reply }, failure)) ? undefined : failure;
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return failureOfProblem(error);
    }
  }

  /** Whoever signs in another way comes to where this way would have led. */
  private withWayBack({ next, ...words }: ErrorWords, request: FastifyRequest): ErrorWords {
    const returnTo = this.wayBack.of(request) ?? submitted(request, 'return_to');
    if (!next || next.to !== SIGN_IN_PAGE || returnTo === undefined || !isReturnPath(returnTo)) return { ...words, ...(next && { next }) };
    return { ...words, next: { ...next, to: signInAddress({ returnTo }) } };
  }

  private sendToSignIn(request: FastifyRequest, reply: FastifyReply): boolean {
    const returnTo = request.method === 'GET' && isOwnPath(request.url) ? request.url : '/account';
    this.pages.redirect(reply, signInAddress({ returnTo }));
    return true;
  }
}
