import { Injectable } from '@nestjs/common';
import { Joining, type Invitation } from '../../../directory/users/index.js';
import { FormTokens, Sessions, SignInLinks, type Exchange } from '../../../issuer/sessions/index.js';
import { mistakeIn, type Failure, type FormPage } from '../errors/failure.js';
import { Pages, submitted, textOf, waitText } from '../kit/index.js';
import { JoinPage, type JoinView } from './join-page.js';

/** Codes for which the invitation is still there, and the form makes sense once more. */
const AGAIN = ['sign_in_refused', 'validation_failed', 'rate_limited', 'form_expired'];

/** The page behind a join link. */
@Injectable()
export class Join implements FormPage {
  readonly name = 'join';
  readonly path = '/login/join';

  constructor(
    private readonly pages: Pages,
    private readonly links: SignInLinks,
    private readonly joining: Joining,
    private readonly sessions: Sessions,
    private readonly tokens: FormTokens,
  ) {}

  /** @throws Problem `join_link_refused`, `embedded_request`, `rate_limited` */
  async show(exchange: Exchange, query: Readonly<Record<string, unknown>>): Promise<void> {
    const link = textOf(query['link']) ?? '';
    await this.draw(exchange, await this.links.invitation(exchange.request, link), { link });
  }

  async redraw(exchange: Exchange, failure: Failure): Promise<boolean> {
    if (!AGAIN.includes(failure.code)) return false;
    const { request } = exchange;
    const link = submitted(request, 'link') ?? '';
    // It was counted with the form already.
    const invitation = await this.joining.find(link);
    if (invitation) await this.draw(exchange, invitation, { link, name: submitted(request, 'name'), failure });
    return invitation !== undefined;
  }

  private async draw(
    exchange: Exchange,
    { orgName, email, role }: Invitation,
    { link, name, failure }: { link: string; name?: string | undefined; failure?: Failure },
  ): Promise<void> {
    const user = await this.sessions.current(exchange.request);
    const mistakes = { name: failure && mistakeIn(failure, 'name'), password: failure && mistakeIn(failure, 'password') };
    const view: JoinView = {
      csrfToken: this.tokens.issue(exchange.request, exchange.reply),
      link,
      orgName,
      email,
      role,
      signedInAs: user && (user.email || user.name),
      name: name?.slice(0, 100),
      problem: failure && problemOf(failure, mistakes.name !== undefined || mistakes.password !== undefined),
      mistakes,
    };
    const { status, headers } = failure ?? {};
    this.pages.send(exchange.reply, { status, headers, title: `Join ${orgName}`, content: <JoinPage {...view} /> });
  }
}

function problemOf({ code, retryAfter, detail }: Failure, isNamed: boolean): JoinView['problem'] {
  switch (code) {
    case 'sign_in_refused':
      return { title: 'That did not work', text: 'This address has an account here, and the password is not that of the account.' };
    case 'rate_limited':
      return { title: 'Too many tries', text: `Wait ${waitText(retryAfter ?? 60)}, then try again.` };
    case 'form_expired':
      return { title: 'This page was open too long', text: 'Nothing was changed. Please fill it in once more.' };
    default:
      return { title: 'Not yet', text: isNamed ? 'See what is written below the field.' : detail };
  }
}
