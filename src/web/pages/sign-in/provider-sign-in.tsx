import { Injectable } from '@nestjs/common';
import { ProviderOffers } from '../../../directory/identity-providers/index.js';
import { ProviderSignInForms } from '../../../issuer/provider-sign-in/index.js';
import { FormTokens, Sessions, signInAddress, type Exchange } from '../../../issuer/sessions/index.js';
import { httpProblem } from '../../../platform/http/index.js';
import { ForwardPage, Pages, prefersHtml, textOf } from '../kit/index.js';
import { returnPath } from './login-path.js';
import { ProviderPage } from './provider-page.js';

const TITLE = 'On to your sign-in';

/** The page between us and another provider. */
@Injectable()
export class ProviderSignInPages {
  constructor(
    private readonly pages: Pages,
    private readonly offers: ProviderOffers,
    private readonly signIns: ProviderSignInForms,
    private readonly sessions: Sessions,
    private readonly tokens: FormTokens,
  ) {}

  /** An address alone signs nobody in, not even as somebody else. @throws Problem `not_found` */
  async show({ request, reply }: Exchange, id: string, query: Readonly<Record<string, unknown>>): Promise<void> {
    const offer = await this.offers.find(id);
    if (!offer) throw httpProblem('not_found', 'There is no such identity provider, or nobody signs in by it.');
    const user = await this.sessions.current(request);
    const csrfToken = this.tokens.issue(request, reply);
    const returnTo = returnPath(textOf(query['return_to']));
    const view = { offer, csrfToken, returnTo, otherWays: signInAddress({ returnTo }), signedInAs: user?.email };
    this.pages.send(reply, { title: `Sign in at ${offer.name}`, content: <ProviderPage {...view} /> });
  }

  /** Chromium would hold the provider's own redirects against our `form-action`; a page goes there freely. */
  async begin(exchange: Exchange, id: string): Promise<void> {
    const { request, reply } = exchange;
    const location = await this.signIns.begin(exchange, id);
    if (prefersHtml(request.headers.accept))
      return this.pages.send(reply, {
        title: TITLE,
        content: <ForwardPage title={TITLE} location={location} />,
        forwardTo: location,
      });
    void reply.status(303).headers({ location, 'referrer-policy': 'no-referrer' }).send();
  }
}
