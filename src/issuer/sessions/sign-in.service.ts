import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Invitation, Joining, PasswordAccounts, readEmail, type ProvenPassword } from '../../directory/users/index.js';
import { RefusalCounter } from '../../platform/audit/index.js';
import { originOf, Problem } from '../../platform/http/index.js';
import { KnownBrowsers } from './known-browsers.js';
import { Sessions } from './sessions.js';
import { SESSIONS_PROBLEMS } from './sessions.errors.js';
import { SignInLimits } from './sign-in-limits.js';

/** `acr` of a sign-in with a password and nothing else. */
export const PASSWORD_ACR = 'urn:countersign:acr:password';

/** The request and the answer of a browser: where a session begins, cookies are written. */
export interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** How people sign in with a password of ours. */
@Injectable()
export class SignIn {
  constructor(
    private readonly passwords: PasswordAccounts,
    private readonly joining: Joining,
    private readonly sessions: Sessions,
    private readonly limits: SignInLimits,
    private readonly browsers: KnownBrowsers,
    private readonly refusals: RefusalCounter,
  ) {}

  /**
   * HTTP-17: an unknown address, a wrong password and a disabled person are answered alike, after the same work.
   * @throws Problem `sign_in_refused`, `rate_limited`, `service_unavailable`
   */
  async byPassword(exchange: Exchange, { email, password }: { email: string; password: string }): Promise<void> {
    const address = readEmail(email) ?? email;
    const proven = await this.prove(exchange.request, address, password);
    if (!proven || !(await this.begin(exchange, address, proven))) throw this.refusal(exchange.request);
  }

  /** What a join link leads to. @throws Problem `join_link_refused`, `rate_limited` */
  async invitation(request: FastifyRequest, link: string): Promise<Invitation> {
    await this.limits.countSource(request);
    const invitation = await this.joining.find(link);
    if (!invitation) throw this.linkRefused(request);
    return invitation;
  }

  /**
   * By a join link: who has a password here joins with it, everybody else chooses one.
   * @throws Problem `join_link_refused`, `sign_in_refused`, `validation_failed`, `already_joined`, `org_suspended`, `rate_limited`
   */
  async byLink(exchange: Exchange, { link, name, password }: { link: string; name: string; password: string }): Promise<void> {
    const { request } = exchange;
    const { email, hasPassword } = await this.invitation(request, link);
    const proven = hasPassword
      ? await this.joinAsKnown(request, { link, email, password })
      : await this.joining.register(link, { email, name, password }, originOf(request));
    if (!proven) throw this.linkRefused(request);
    if (!(await this.begin(exchange, email, proven))) throw this.refusal(request);
  }

  private async joinAsKnown(
    request: FastifyRequest,
    { link, email, password }: { link: string; email: string; password: string },
  ): Promise<ProvenPassword | undefined> {
    await this.limits.countAccount(request, email);
    const proven = await this.passwords.verify(email, password);
    if (!proven) throw this.refusal(request);
    return (await this.joining.join(link, proven, originOf(request))) ? proven : undefined;
  }

  private async prove(request: FastifyRequest, address: string, password: string): Promise<ProvenPassword | undefined> {
    await this.limits.countSource(request);
    await this.limits.countAccount(request, address);
    return this.passwords.verify(address, password);
  }

  private async begin({ request, reply }: Exchange, email: string, proven: ProvenPassword): Promise<boolean> {
    const begun = await this.sessions.begin(request, reply, {
      userId: proven.userId,
      authTime: new Date(),
      amr: ['pwd'],
      acr: PASSWORD_ACR,
      stillHolds: (tx) => this.passwords.hold(tx, proven),
    });
    if (begun) this.browsers.remember(request, reply, email);
    return begun;
  }

  private refusal({ ip }: FastifyRequest): Problem {
    this.refusals.count('user.sign_in_refused', ip, 'sign_in_refused');
    return new Problem(SESSIONS_PROBLEMS, 'sign_in_refused', 'E-mail address and password do not fit together.');
  }

  private linkRefused({ ip }: FastifyRequest): Problem {
    this.refusals.count('user.sign_in_refused', ip, 'join_link_refused');
    return new Problem(SESSIONS_PROBLEMS, 'join_link_refused', 'The link does not work any more. Ask for a new one.');
  }
}
