import { Injectable } from '@nestjs/common';
import { FormParameters } from '@countersign/oauth';
import { fieldsOf, LogoutRequests, type LogoutRequest } from '../../../issuer/logout/index.js';
import { logoutAddress, SIGNED_OUT_PAGE, SignInForms, type Exchange, type LogoutFields } from '../../../issuer/sessions/index.js';
import { ForwardPage, Pages } from '../kit/index.js';
import { LogoutPage, SignedOutPage } from './logout-pages.js';

/** What an app that sent somebody here asks; everything undefined where none did. */
interface AskedByApp {
  readonly request: LogoutRequest | undefined;
  readonly fields: LogoutFields;
}

/** The pages with which people go. */
@Injectable()
export class Logout {
  constructor(
    private readonly pages: Pages,
    private readonly forms: SignInForms,
    private readonly requests: LogoutRequests,
  ) {}

  /** Attack 27: an address alone signs nobody out. */
  async ask(exchange: Exchange): Promise<void> {
    const { csrf_token: csrfToken, user } = await this.forms.state(exchange);
    const { request, fields } = await this.asked(exchange);
    if (!user) return this.pages.redirect(exchange.reply, logoutAddress(SIGNED_OUT_PAGE, fields));
    // What nobody has reviewed is not named: the name is only what it says about itself.
    const appName = request?.isTrusted ? request.client?.displayName : undefined;
    const content = <LogoutPage csrfToken={csrfToken} email={user.email} appName={appName} fields={fields} />;
    this.pages.send(exchange.reply, { title: 'Sign out', content });
  }

  /** Attack 24: on to a reviewed app; to any other only who wants to. */
  async done(exchange: Exchange): Promise<void> {
    const { returnTo, isTrusted } = (await this.asked(exchange)).request ?? {};
    const title = 'Signed out';
    if (returnTo !== undefined && isTrusted)
      return this.pages.send(exchange.reply, { title, content: <ForwardPage title={title} location={returnTo} />, forwardTo: returnTo });
    this.pages.send(exchange.reply, { title, content: <SignedOutPage returnTo={returnTo} /> });
  }

  private async asked({ request: { url } }: Exchange): Promise<AskedByApp> {
    const params = readQuery(url);
    const request = params && (await this.requests.find(params));
    return { request, fields: params && request ? fieldsOf(params, request) : {} };
  }
}

function readQuery(url: string): FormParameters | undefined {
  try {
    return FormParameters.parse(url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');
  } catch {
    return undefined;
  }
}
