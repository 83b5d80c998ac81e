import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FormTokens, signInAddress, isOwnPath } from '../../../issuer/sessions/index.js';
import { ErrorPages, zoneOf, type ErrorAnswer } from '../../../platform/http/index.js';
import { pathOf, Pages, prefersHtml } from '../kit/index.js';
import { ErrorPage } from './error-page.js';
import { failureOf, FORM_PAGES, type Failure, type FormPage } from './failure.js';
import { wordsOf } from './words.js';

/** AE-1 … AE-3, AE-21: no program asks here, only browsers that an app has sent. */
const AUTHORIZATION = '/oauth/authorize';
const PAGES = /^\/(?:$|(?:login|logout|consent|account)(?:\/|$))/;

/** What people see instead of an error document. */
@Injectable()
export class PageErrors extends ErrorPages {
  constructor(
    private readonly pages: Pages,
    private readonly tokens: FormTokens,
    @Inject(FORM_PAGES) private readonly formPages: readonly FormPage[],
  ) {
    super();
  }

  override draw(request: FastifyRequest, reply: FastifyReply, answer: ErrorAnswer): Promise<boolean> | undefined {
    const path = pathOf(request);
    const isPage = path === AUTHORIZATION || (PAGES.test(path) && prefersHtml(request.headers.accept));
    return isPage && zoneOf(request) === 'external' ? this.answer(request, reply, failureOf(answer)) : undefined;
  }

  private async answer(request: FastifyRequest, reply: FastifyReply, failure: Failure): Promise<boolean> {
    if (failure.code === 'sign_in_required') return this.sendToSignIn(request, reply);
    if (await this.redraw(request, reply, failure)) return true;
    const path = pathOf(request);
    const words = wordsOf(failure, path);
    const content = <ErrorPage words={words} failure={failure} requestId={request.id} />;
    this.pages.send(reply, { status: failure.status, headers: failure.headers, title: words.title, content });
    return true;
  }

  /** The form again. Not where no cookie of ours came along: then another site sent it, and must not make us give a new one. */
  private async redraw(request: FastifyRequest, reply: FastifyReply, failure: Failure): Promise<boolean> {
    const page = this.formPages.find(({ path }) => path === pathOf(request));
    if (!page || request.method !== 'POST' || failure.status >= 500 || this.tokens.browserOf(request) === undefined) return false;
    return page.redraw({ request, reply }, failure);
  }

  private sendToSignIn(request: FastifyRequest, reply: FastifyReply): boolean {
    const returnTo = request.method === 'GET' && isOwnPath(request.url) ? request.url : '/account';
    this.pages.redirect(reply, signInAddress({ returnTo }));
    return true;
  }
}
