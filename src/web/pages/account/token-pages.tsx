import { Injectable } from '@nestjs/common';
import { PersonalAccessTokens, TokenChoices, type TokenChoice } from '../../../directory/api-keys/index.js';
import {
  callerOfSession,
  type Exchange,
  Forms,
  FormTokens,
  Sessions,
  signInAddress,
  type SignedInUser,
} from '../../../issuer/sessions/index.js';
import { httpProblem, originOf } from '../../../platform/http/index.js';
import { isId } from '../../../platform/crypto/index.js';
import { type Failure, type FormPage, mistakeIn } from '../errors/failure.js';
import { Pages, submitted, textOf } from '../kit/index.js';
import { LIFETIMES_DAYS, NewTokenPage, TokenMadePage } from './new-token-page.js';

const DAY_MS = 86_400_000;
const TITLE = 'New personal access token';
const MAX_NAME = 100;

/** Where people make and revoke personal access tokens. */
@Injectable()
export class TokenPages implements FormPage {
  readonly name = 'tokens';
  readonly path = '/account/tokens';

  constructor(
    private readonly pages: Pages,
    private readonly sessions: Sessions,
    private readonly forms: Forms,
    private readonly csrf: FormTokens,
    private readonly tokens: PersonalAccessTokens,
    private readonly choices: TokenChoices,
  ) {}

  async show(exchange: Exchange, { org, api }: Readonly<Record<string, unknown>>): Promise<void> {
    const user = await this.sessions.current(exchange.request);
    if (!user) return this.pages.redirect(exchange.reply, signInAddress({ returnTo: '/account/tokens/new' }));
    await this.draw(exchange, user, { org: textOf(org), api: textOf(api) });
  }

  /** @throws Problem `sign_in_required`, `form_expired`, `validation_failed`, `grant_not_assignable`, `too_many_tokens` */
  async make({ request, reply }: Exchange): Promise<void> {
    const user = await this.sessions.require(request);
    const form = this.forms.readFields(request);
    const chosen = choiceOf(await this.choices.of(user.userId), { org: form.find('org'), api: form.find('api') });
    const days = LIFETIMES_DAYS.find((each) => String(each) === form.find('days'));
    const name = form.find('name')?.trim() ?? '';
    const scopes = form.list('scope');
    if (!chosen || days === undefined) throw httpProblem('validation_failed', 'Choose what the token is for.');
    if (name === '' || name.length > MAX_NAME || /\p{Cc}/u.test(name)) throw mistake('/name', 'Say in a few words what it is for.');
    if (scopes.length === 0) throw mistake('/scope', 'Tick at least one permission.');
    const wish = { name, audience: chosen.api.identifier, org_id: chosen.org.id, scopes: [...scopes], expires_at: endIn(days) };
    const token = await this.tokens.create(callerOfSession(user), { origin: originOf(request), idempotency: undefined }, wish);
    this.pages.send(reply, {
      title: 'Your new token',
      ...this.frameOf(user, { request, reply }),
      content: <TokenMadePage token={token} />,
    });
  }

  /** @throws Problem `sign_in_required`, `form_expired`, `not_found` */
  async revoke({ request, reply }: Exchange, id: string): Promise<void> {
    const user = await this.sessions.require(request);
    this.forms.readFields(request);
    if (!isId(id, 'pat')) throw httpProblem('not_found', 'There is no such token.');
    await this.tokens.revoke(callerOfSession(user), originOf(request), id);
    this.forms.redirect(reply, '/account?done=token_revoked');
  }

  /** The form again, with what is wrong. */
  async redraw(exchange: Exchange, failure: Failure): Promise<boolean> {
    const { request } = exchange;
    const user = await this.sessions.current(request);
    if (!user) return false;
    const problem = mistakeIn(failure, 'name') ?? mistakeIn(failure, 'scope') ?? mistakeIn(failure, 'expires_at') ?? failure.detail;
    const where = { org: submitted(request, 'org'), api: submitted(request, 'api') };
    await this.draw(exchange, user, where, { problem, name: submitted(request, 'name') }, failure);
    return true;
  }

  private async draw(
    exchange: Exchange,
    user: SignedInUser,
    where: Place,
    told: { problem?: string; name?: string | undefined } = {},
    { status, headers }: Partial<Failure> = {},
  ): Promise<void> {
    const choices = await this.choices.of(user.userId);
    const [only, another] = choices;
    const chosen = choiceOf(choices, where) ?? (another ? undefined : only);
    const csrfToken = this.csrf.issue(exchange.request, exchange.reply);
    const content = <NewTokenPage choices={choices} chosen={chosen} csrfToken={csrfToken} {...told} />;
    this.pages.send(exchange.reply, { status, headers, title: TITLE, user: { email: user.email, csrfToken }, content });
  }

  private frameOf({ email }: SignedInUser, { request, reply }: Exchange): { user: { email: string; csrfToken: string } } {
    return { user: { email, csrfToken: this.csrf.issue(request, reply) } };
  }
}

interface Place {
  readonly org: string | undefined;
  readonly api: string | undefined;
}

function choiceOf(choices: readonly TokenChoice[], { org, api }: Place): TokenChoice | undefined {
  return choices.find((choice) => choice.org.id === org && choice.api.id === api);
}

function endIn(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString();
}

function mistake(location: string, message: string): Error {
  return httpProblem('validation_failed', message, { errors: [{ location, message, fix: 'Fill it in.' }] });
}
