import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Interactions } from '../../../issuer/authorization/index.js';
import { FormTokens, isOwnPath, SignInForms, type Exchange, type SignInStateDocument } from '../../../issuer/sessions/index.js';
import type { Failure, FormPage } from '../errors/failure.js';
import { Pages, submitted, textOf, waitText } from '../kit/index.js';
import { LoginPage, type LoginView } from './login-page.js';

interface LoginWish {
  readonly returnTo: string | undefined;
  readonly email: string | undefined;
}

const HOME = '/account';

/** The page that signs somebody in. */
@Injectable()
export class Login implements FormPage {
  readonly name = 'login';
  readonly path = '/login';

  constructor(
    private readonly pages: Pages,
    private readonly forms: SignInForms,
    private readonly tokens: FormTokens,
    private readonly interactions: Interactions,
  ) {}

  async show(exchange: Exchange, query: Readonly<Record<string, unknown>>): Promise<void> {
    const wish = { returnTo: ownPath(textOf(query['return_to'])), email: textOf(query['login_hint'])?.slice(0, 320) };
    const state = await this.forms.state(exchange);
    // Whoever is sent here must prove themselves again; whoever just comes by need not.
    if (state.user && wish.returnTo === undefined) return this.pages.redirect(exchange.reply, HOME);
    await this.draw(exchange, wish, state);
  }

  async redraw(exchange: Exchange, failure: Failure): Promise<boolean> {
    const { request } = exchange;
    const wish = { returnTo: ownPath(submitted(request, 'return_to')), email: submitted(request, 'email')?.slice(0, 320) };
    await this.draw(exchange, wish, await this.forms.state(exchange), failure);
    return true;
  }

  private async draw(exchange: Exchange, { returnTo, email }: LoginWish, state: SignInStateDocument, failure?: Failure): Promise<void> {
    const view: LoginView = {
      csrfToken: state.csrf_token,
      email,
      returnTo,
      appName: await this.appNameOf(exchange.request, returnTo),
      signedInAs: state.user?.email,
      providers: state.providers.map(({ name, path }) => ({ name, path: path + queryOf(returnTo, state.user !== null) })),
      problem: failure && problemOf(failure),
    };
    const { status, headers } = failure ?? {};
    this.pages.send(exchange.reply, { status, headers, title: 'Sign in', content: <LoginPage {...view} /> });
  }

  private async appNameOf(request: FastifyRequest, returnTo: string | undefined): Promise<string | undefined> {
    const interaction = interactionOf(returnTo);
    return interaction === undefined ? undefined : this.interactions.nameOfApp(interaction, this.tokens.browserOf(request));
  }
}

/** Attack 24: nobody is sent to another server after a sign-in. */
function ownPath(path: string | undefined): string | undefined {
  return path !== undefined && isOwnPath(path) ? path : undefined;
}

function interactionOf(returnTo: string | undefined): string | undefined {
  const [path, query = ''] = returnTo?.split('?') ?? [];
  return path === '/consent' ? (new URLSearchParams(query).get('interaction') ?? undefined) : undefined;
}

/** Whoever is signed in and sent here by an app was asked to prove themselves anew, also to their provider. */
function queryOf(returnTo: string | undefined, isSignedIn: boolean): string {
  if (returnTo === undefined) return '';
  const again = isSignedIn && interactionOf(returnTo) !== undefined;
  return `?${new URLSearchParams({ return_to: returnTo, ...(again && { reauthenticate: 'true' }) }).toString()}`;
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
