import { Injectable } from '@nestjs/common';
import { FormTokens, SignInLinks, type Exchange } from '../../../issuer/sessions/index.js';
import { mistakeIn, type Failure, type FormPage } from '../errors/failure.js';
import { Pages, submitted, textOf } from '../kit/index.js';
import { ResetPage } from './reset-page.js';

/** What can be mended in the form; for everything else the general page has the words. */
const AGAIN = ['validation_failed', 'form_expired'];

/** The page behind a link that replaces a forgotten password. */
@Injectable()
export class Reset implements FormPage {
  readonly name = 'reset';
  readonly path = '/login/reset';

  constructor(
    private readonly pages: Pages,
    private readonly links: SignInLinks,
    private readonly tokens: FormTokens,
  ) {}

  /** @throws Problem `reset_link_refused`, `embedded_request`, `rate_limited` */
  show(exchange: Exchange, query: Readonly<Record<string, unknown>>): Promise<void> {
    return this.draw(exchange, textOf(query['link']) ?? '');
  }

  async redraw(exchange: Exchange, failure: Failure): Promise<boolean> {
    if (!AGAIN.includes(failure.code)) return false;
    await this.draw(exchange, submitted(exchange.request, 'link') ?? '', failure);
    return true;
  }

  private async draw(exchange: Exchange, link: string, failure?: Failure): Promise<void> {
    const { email } = await this.links.resetOf(exchange.request, link);
    const csrfToken = this.tokens.issue(exchange.request, exchange.reply);
    const mistake = failure && mistakeIn(failure, 'password');
    const problem = failure?.code === 'form_expired' ? 'This page was open too long. Please fill it in once more.' : undefined;
    const content = <ResetPage {...{ csrfToken, link, email, mistake, problem }} />;
    this.pages.send(exchange.reply, { status: failure?.status, headers: failure?.headers, title: 'Choose a new password', content });
  }
}
