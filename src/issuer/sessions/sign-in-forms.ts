import { Injectable } from '@nestjs/common';
import { IdentityProviderSource } from '../../directory/identity-providers/index.js';
import { CsrfForm, JoinForm, SignInForm } from './dto/forms.dto.js';
import { SignedInUserDocument, type SignInStateDocument } from './dto/session.dto.js';
import { Forms } from './forms.js';
import { FormTokens } from './form-tokens.js';
import { Sessions } from './sessions.js';
import { SignIn, type Exchange } from './sign-in.service.js';

const SIGNED_OUT_PAGE = '/logout/done';

/** The forms with which people come and go. */
@Injectable()
export class SignInForms {
  constructor(
    private readonly forms: Forms,
    private readonly tokens: FormTokens,
    private readonly signIns: SignIn,
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
    await this.signIns.byLink(exchange, form);
    this.forms.redirect(exchange.reply, form.return_to);
  }

  async signOut({ request, reply }: Exchange): Promise<void> {
    await this.forms.read(request, CsrfForm);
    await this.sessions.end(request, reply);
    this.forms.redirect(reply, SIGNED_OUT_PAGE);
  }
}
