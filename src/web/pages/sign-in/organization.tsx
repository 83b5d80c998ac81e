import { Injectable } from '@nestjs/common';
import { ProviderOffers } from '../../../directory/identity-providers/index.js';
import { Forms, FormTokens, FindProviderForm, signInAddress, SignInLimits, type Exchange } from '../../../issuer/sessions/index.js';
import type { Failure, FormPage } from '../errors/failure.js';
import { Pages, submitted, textOf, waitText } from '../kit/index.js';
import { returnPath, type LoginWish } from './login-path.js';
import { ChooseProviderPage, OrganizationPage, type OrganizationView } from './organization-page.js';
import { providerPath } from './provider-choices.js';

const TITLE = 'Sign in with your organization';
const NOT_FOUND = {
  title: 'No sign-in of an organization is known for this address',
  text: 'Look at the part after the @. Otherwise ask an administrator of your organization for its sign-in link, or sign in with a password.',
};

/** Finds the identity provider of somebody's organization. */
@Injectable()
export class OrganizationSignIn implements FormPage {
  readonly name = 'organization';
  readonly path = '/login/organization';

  constructor(
    private readonly pages: Pages,
    private readonly forms: Forms,
    private readonly tokens: FormTokens,
    private readonly limits: SignInLimits,
    private readonly offers: ProviderOffers,
  ) {}

  show(exchange: Exchange, query: Readonly<Record<string, unknown>>): void {
    const wish = { returnTo: returnPath(textOf(query['return_to'])), email: textOf(query['login_hint'])?.slice(0, 320) };
    this.draw(exchange, wish);
  }

  /**
   * Tells what the sign-in link of the organization tells, and no more: by the domain alone. A person who does not exist, a domain that
   * nobody names and one that several claim are answered alike with what they have in common.
   * @throws Problem `form_expired`, `validation_failed`, `rate_limited`
   */
  async find(exchange: Exchange): Promise<void> {
    const { request, reply } = exchange;
    const form = await this.forms.read(request, FindProviderForm);
    await this.limits.countVisit(request);
    const wish = { returnTo: returnPath(form.return_to), email: form.email };
    const offers = await this.offers.forAddress(form.email);
    const [only, another] = offers;
    if (!only) return this.draw(exchange, wish, { status: 404, problem: NOT_FOUND });
    if (!another) {
      const query = wish.returnTo === undefined ? '' : `?${new URLSearchParams({ return_to: wish.returnTo }).toString()}`;
      return this.pages.redirect(reply, providerPath(only.id) + query);
    }
    const view = {
      offers,
      csrfToken: this.tokens.issue(request, reply),
      returnTo: wish.returnTo,
      otherWays: signInAddress({ returnTo: wish.returnTo }),
    };
    this.pages.send(reply, { title: TITLE, content: <ChooseProviderPage {...view} /> });
  }

  redraw(exchange: Exchange, failure: Failure): Promise<boolean> {
    const { request } = exchange;
    const wish = { returnTo: returnPath(submitted(request, 'return_to')), email: submitted(request, 'email')?.slice(0, 320) };
    this.draw(exchange, wish, { status: failure.status, headers: failure.headers, problem: problemOf(failure) });
    return Promise.resolve(true);
  }

  private draw(
    { request, reply }: Exchange,
    wish: LoginWish,
    told: { status?: number; headers?: Failure['headers']; problem?: OrganizationView['problem'] } = {},
  ): void {
    const view: OrganizationView = {
      csrfToken: this.tokens.issue(request, reply),
      email: wish.email,
      returnTo: wish.returnTo,
      otherWays: signInAddress({ returnTo: wish.returnTo }),
      problem: told.problem,
    };
    this.pages.send(reply, { status: told.status, headers: told.headers, title: TITLE, content: <OrganizationPage {...view} /> });
  }
}

function problemOf({ code, retryAfter, detail }: Failure): OrganizationView['problem'] {
  switch (code) {
    case 'rate_limited':
      return { title: 'Too many tries', text: `Wait ${waitText(retryAfter ?? 60)}, then try again.` };
    case 'validation_failed':
      return { title: 'Something is missing', text: 'Fill in your e-mail address.' };
    case 'form_expired':
      return { title: 'This page was open too long', text: 'Nothing was changed. Please try once more.' };
    default:
      return { title: 'That did not work', text: detail };
  }
}
