import { Injectable } from '@nestjs/common';
import { IdentityProviderSource } from '../../directory/identity-providers/index.js';
import { JoinAsForm, JoinForm, ResetPasswordForm, SignInForm, SignOutForm } from './dto/forms.dto.js';
import { SignedInUserDocument, type SignInStateDocument } from './dto/session.dto.js';
import { Forms } from './forms.js';
import { FormTokens } from './form-tokens.js';
import { logoutAddress, SIGNED_OUT_PAGE } from './logout-address.js';
import { Sessions } from './sessions.js';
import { SignInLinks } from './sign-in-links.js';
import { SignIn, type Exchange } from './sign-in.service.js';

/** The forms with which people come and go. */
@Injectable()
export class SignInForms {
  constructor(
    private readonly forms: Forms,
    private readonly tokens: FormTokens,
    private readonly signIns: SignIn,
    private readonly links: SignInLinks,
    private readonly sessions: Sessions,
    private readonly providers: IdentityProviderSource,
  ) {}

  async state({ request, reply }: Exchange): Promise<SignInStateDocument> {
    const user = await this.sessions.current(request);
    const providers = await this.providers.listForEverybody();
    return {
      csrf_token: this.tokens.issue(request, reply),
      user: user ? SignedInUserDocument.from(user) : null,
      providers: providers.map(({ id, name }) => ({ name, path: `/login/providers/${id}` })),
    };
  }

  async signIn(exchange: Exchange): Promise<void> {
    const form = await this.forms.read(exchange.request, SignInForm);
    await this.signIns.byPassword(exchange, form);
    this.forms.redirect(exchange.reply, form.return_to);
  }

  async join(exchange: Exchange): Promise<void> {
    const form = await this.forms.read(exchange.request, JoinForm);
    await this.links.byLink(exchange, form);
    this.forms.redirect(exchange.reply, form.return_to);
  }

  async joinAs({ request, reply }: Exchange): Promise<void> {
    const user = await this.sessions.require(request);
    const { link } = await this.forms.read(request, JoinAsForm);
    await this.links.joinAs(request, user, link);
    this.forms.redirect(reply, undefined);
  }

  async resetPassword(exchange: Exchange): Promise<void> {
    const form = await this.forms.read(exchange.request, ResetPasswordForm);
    await this.links.byReset(exchange, form);
    this.forms.redirect(exchange.reply, '/account?done=password_changed');
  }

  async signOut({ request, reply }: Exchange): Promise<void> {
    const asked = await this.forms.read(request, SignOutForm);
    await this.sessions.end(request, reply, { client_id: asked.client_id });
    this.forms.goOn(reply, logoutAddress(SIGNED_OUT_PAGE, asked));
  }
}
