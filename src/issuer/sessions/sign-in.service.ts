import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PasswordAccounts, readEmail, type ProvenPassword } from '../../directory/users/index.js';
import { RefusalCounter } from '../../platform/audit/index.js';
import { Problem } from '../../platform/http/index.js';
import { KnownBrowsers } from './known-browsers.js';
import { FEDERATED_ACR, Sessions } from './sessions.js';
import { SESSIONS_PROBLEMS } from './sessions.errors.js';
import { SignInLimits } from './sign-in-limits.js';

/** `acr` of a sign-in with a password and nothing else. */
export const PASSWORD_ACR = 'urn:countersign:acr:password';

/** Every `acr` that a sign-in here can have. */
export const ACR_VALUES: readonly string[] = [PASSWORD_ACR, FEDERATED_ACR];

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
    const proven = await this.passwords.verify(address, password, await this.limits.countTry(exchange.request, address));
    if (!proven) throw this.refusal(exchange.request);
    await this.byProof(exchange, address, proven);
  }

  /** With a password that was found right just now. @throws Problem `sign_in_refused` when it is not any more, or the person is disabled */
  async byProof(exchange: Exchange, email: string, proven: ProvenPassword): Promise<void> {
    if (!(await this.begin(exchange, email, proven))) throw this.refusal(exchange.request);
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

  /** What is thrown where address and password do not fit; counted. */
  refusal({ ip }: FastifyRequest): Problem {
    this.refusals.count('user.sign_in_refused', ip, 'sign_in_refused');
    return new Problem(SESSIONS_PROBLEMS, 'sign_in_refused', 'E-mail address and password do not fit together.');
  }
}
