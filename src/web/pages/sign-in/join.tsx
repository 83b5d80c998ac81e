import { Injectable } from '@nestjs/common';
import { FormTokens, Sessions, SignInLinks, type Exchange } from '../../../issuer/sessions/index.js';
import { mistakeIn, type Failure, type FormPage } from '../errors/failure.js';
import { Pages, submitted, textOf } from '../kit/index.js';
import { JoinPage, type JoinView } from './join-page.js';

/** What can be mended in the form; for everything else the general page has the words. */
const AGAIN = ['sign_in_refused', 'validation_failed', 'form_expired'];

/** The page behind a join link. */
@Injectable()
export class Join implements FormPage {
  readonly name = 'join';
  readonly path = '/login/join';

  constructor(
    private readonly pages: Pages,
    private readonly links: SignInLinks,
    private readonly sessions: Sessions,
    private readonly tokens: FormTokens,
  ) {}

  /** @throws Problem `join_link_refused`, `embedded_request`, `rate_limited` */
  async show(exchange: Exchange, query: Readonly<Record<string, unknown>>): Promise<void> {
    await this.draw(exchange, { link: textOf(query['link']) ?? '' });
  }

  async redraw(exchange: Exchange, failure: Failure): Promise<boolean> {
    if (!AGAIN.includes(failure.code)) return false;
    const { request } = exchange;
    await this.draw(exchange, { link: submitted(request, 'link') ?? '', name: submitted(request, 'name'), failure });
    return true;
  }

  private async draw(
    exchange: Exchange,
    { link, name, failure }: { link: string; name?: string | undefined; failure?: Failure },
  ): Promise<void> {
    const { orgName, email, role } = await this.links.invitation(exchange.request, link);
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

function problemOf({ code, detail }: Failure, isNamed: boolean): JoinView['problem'] {
  switch (code) {
    case 'sign_in_refused':
      return { title: 'That did not work', text: 'This address has an account here, and the password is not that of the account.' };
    case 'form_expired':
      return { title: 'This page was open too long', text: 'Nothing was changed. Please fill it in once more.' };
    default:
      return { title: 'Not yet', text: isNamed ? 'See what is written below the field.' : detail };
  }
}
