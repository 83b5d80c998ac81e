import { Injectable } from '@nestjs/common';
import { Interactions } from '../authorization/index.js';
import { Forms, FormTokens, isReturnPath, Sessions, SignInTargetForm, type Exchange } from '../sessions/index.js';
import type { SignInWish } from './pending-sign-ins.js';
import { ProviderSignIn } from './provider-sign-in.service.js';

const HOME = '/account';

/** The way of a browser to another provider and back. */
@Injectable()
export class ProviderSignInForms {
  constructor(
    private readonly signIns: ProviderSignIn,
    private readonly interactions: Interactions,
    private readonly sessions: Sessions,
    private readonly tokens: FormTokens,
    private readonly forms: Forms,
  ) {}

  /**
   * Login CSRF (attack 30): only from a page of ours, because whoever comes back has another session than before.
   * @returns the address at the other provider to send the browser to
   * @throws Problem `form_expired`, `validation_failed`, `not_found`, `provider_unavailable`, `rate_limited`
   */
  async begin(exchange: Exchange, providerId: string): Promise<string> {
    const { return_to: returnTo } = await this.forms.read(exchange.request, SignInTargetForm);
    const wish = await this.wishOf(exchange, returnTo !== undefined && isReturnPath(returnTo) ? returnTo : HOME);
    return (await this.signIns.begin(exchange, providerId, wish)).href;
  }

  async finish(exchange: Exchange, providerId: string): Promise<void> {
    const { url } = exchange.request;
    const query = url.includes('?') ? url.slice(url.indexOf('?')) : '';
    this.forms.redirect(exchange.reply, await this.signIns.finish(exchange, providerId, query));
  }

  /** What the waiting request asks of the sign-in is looked up; the browser has no say in it. */
  private async wishOf({ request }: Exchange, returnTo: string): Promise<SignInWish> {
    const waiting = await this.interactions.behind(returnTo, this.tokens.browserOf(request));
    return { returnTo, maxAge: waiting?.maxAge, isAnother: (await this.sessions.current(request)) !== undefined };
  }
}
