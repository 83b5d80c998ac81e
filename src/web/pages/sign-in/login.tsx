import { Injectable } from '@nestjs/common';
import { ProviderOffers } from '../../../directory/identity-providers/index.js';
import { Interactions } from '../../../issuer/authorization/index.js';
import { FormTokens, Sessions, type Exchange, type SignedInUser } from '../../../issuer/sessions/index.js';
import type { Failure, FormPage } from '../errors/failure.js';
import { Pages, submitted, textOf, waitText } from '../kit/index.js';
import { LoginPage, type LoginView } from './login-page.js';
import { organizationPath, returnPath, type LoginWish } from './login-path.js';

const HOME = '/account';

/** The page that signs somebody in. */
@Injectable()
export class Login implements FormPage {
  readonly name = 'login';
  readonly path = '/login';

  constructor(
    private readonly pages: Pages,
    private readonly sessions: Sessions,
    private readonly tokens: FormTokens,
    private readonly interactions: Interactions,
    private readonly offers: ProviderOffers,
  ) {}

  async show(exchange: Exchange, query: Readonly<Record<string, unknown>>): Promise<void> {
    const wish = { returnTo: returnPath(textOf(query['return_to'])), email: textOf(query['login_hint'])?.slice(0, 320) };
    const user = await this.sessions.current(exchange.request);
    // Whoever is sent here must prove themselves again; whoever just comes by need not.
    if (user && wish.returnTo === undefined) return this.pages.redirect(exchange.reply, HOME);
    await this.draw(exchange, wish, user);
  }

  async redraw(exchange: Exchange, failure: Failure): Promise<boolean> {
    const { request } = exchange;
    const wish = { returnTo: returnPath(submitted(request, 'return_to')), email: submitted(request, 'email')?.slice(0, 320) };
    await this.draw(exchange, wish, await this.sessions.current(request), failure);
    return true;
  }

  private async draw({ request, reply }: Exchange, wish: LoginWish, user: SignedInUser | undefined, failure?: Failure): Promise<void> {
    const { returnTo, email } = wish;
    const waiting = await this.interactions.behind(returnTo, this.tokens.browserOf(request));
    const view: LoginView = {
      csrfToken: this.tokens.issue(request, reply),
      email,
      returnTo,
      appName: waiting?.appName,
      signedInAs: user?.email,
      offers: await this.offers.list(waiting?.orgId),
      organization: waiting?.orgId === undefined ? organizationPath(wish) : undefined,
      problem: failure && problemOf(failure),
    };
    const { status, headers } = failure ?? {};
    this.pages.send(reply, { status, headers, title: 'Sign in', content: <LoginPage {...view} /> });
  }
}

/** HTTP-17: an unknown address and a wrong password are told in the same words. */
function problemOf({ code, retryAfter, detail }: Failure): LoginView['problem'] {
  switch (code) {
    case 'sign_in_refused':
      return {
        title: 'That did not work',
        text: 'E-mail address and password do not fit together. Look at both, and at the Caps Lock key.',
      };
    case 'rate_limited':
      return { title: 'Too many tries', text: `Wait ${waitText(retryAfter ?? 60)}, then try again. Your account is not locked.` };
    case 'validation_failed':
      return { title: 'Something is missing', text: 'Fill in both your e-mail address and your password.' };
    case 'form_expired':
      return { title: 'This page was open too long', text: 'Nothing was changed. Please sign in once more.' };
    default:
      return { title: 'That did not work', text: detail };
  }
}
