import { Injectable } from '@nestjs/common';
import { Forms, isOwnPath, type Exchange } from '../sessions/index.js';
import type { ProviderSignInQuery } from './dto/provider-query.dto.js';
import { ProviderSignIn } from './provider-sign-in.service.js';

const HOME = '/account';

/** The way of a browser to another provider and back. */
@Injectable()
export class ProviderSignInRedirects {
  constructor(
    private readonly signIns: ProviderSignIn,
    private readonly forms: Forms,
  ) {}

  async begin(exchange: Exchange, providerId: string, { return_to: returnTo, reauthenticate }: ProviderSignInQuery): Promise<void> {
    const wish = {
      returnTo: returnTo !== undefined && isOwnPath(returnTo) ? returnTo : HOME,
      reauthenticate: reauthenticate === 'true',
    };
    const address = await this.signIns.begin(exchange, providerId, wish);
    void exchange.reply.status(303).header('location', address.href);
  }

  async finish(exchange: Exchange, providerId: string): Promise<void> {
    const { url } = exchange.request;
    const query = url.includes('?') ? url.slice(url.indexOf('?')) : '';
    this.forms.redirect(exchange.reply, await this.signIns.finish(exchange, providerId, query));
  }
}
