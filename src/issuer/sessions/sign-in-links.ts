import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { type Invitation, Joining, PasswordAccounts, PasswordResets, People, type ProvenPassword } from '../../directory/users/index.js';
import { RefusalCounter } from '../../platform/audit/index.js';
import type { Asker } from '../../platform/crypto/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { originOf, Problem } from '../../platform/http/index.js';
import type { SignedInUser } from './sessions.js';
import { SESSIONS_PROBLEMS } from './sessions.errors.js';
import { SignIn, type Exchange } from './sign-in.service.js';
import { SignInLimits } from './sign-in-limits.js';

/** How people come in by a link that somebody gave them. */
@Injectable()
export class SignInLinks {
  constructor(
    private readonly signIns: SignIn,
    private readonly passwords: PasswordAccounts,
    private readonly joining: Joining,
    private readonly resets: PasswordResets,
    private readonly people: People,
    private readonly limits: SignInLimits,
    private readonly refusals: RefusalCounter,
  ) {}

  /** What a join link leads to. @throws Problem `join_link_refused`, `embedded_request`, `rate_limited` */
  async invitation(request: FastifyRequest, link: string): Promise<Invitation> {
    await this.limits.countVisit(request);
    const invitation = await this.joining.find(link);
    if (!invitation) throw this.refused(request, 'join_link_refused');
    return invitation;
  }

  /**
   * By a join link: who has a password here joins with it, everybody else chooses one. Whoever made the link may be the one who sends
   * this, so up to a password that is good enough to be anybody's, both are answered alike.
   * @param name of somebody new; the address stands in for it
   * @throws Problem `join_link_refused`, `sign_in_refused`, `validation_failed`, `already_joined`, `org_suspended`, `rate_limited`
   */
  async byLink(exchange: Exchange, { link, name, password }: { link: string; name?: string | undefined; password: string }): Promise<void> {
    const { request } = exchange;
    const { email } = await this.invitation(request, link);
    this.passwords.requireGood(password, email);
    const asker = await this.limits.countTry(request, email);
    const proven = (await this.passwords.has(email))
      ? await this.joinAsKnown(request, { link, email, password, asker })
      : await this.joining.register(link, { email, name: name ?? email, password }, originOf(request));
    if (!proven) throw this.refused(request, 'join_link_refused');
    await this.signIns.byProof(exchange, email, proven);
  }

  /**
   * By a join link, as the person who is signed in: for who has no password here, and for who uses another address.
   * @throws Problem `join_link_refused`, `already_joined`, `org_suspended`, `rate_limited`
   */
  async joinAs(request: FastifyRequest, { userId, email }: SignedInUser, link: string): Promise<void> {
    await this.invitation(request, link);
    const joiner = { userId, email, stillHolds: (tx: Transaction) => this.people.holdActive(tx, userId) };
    if (!(await this.joining.join(link, joiner, originOf(request)))) throw this.refused(request, 'join_link_refused');
  }

  /** Whose password a reset link replaces. @throws Problem `reset_link_refused`, `embedded_request`, `rate_limited` */
  async resetOf(request: FastifyRequest, link: string): Promise<{ email: string }> {
    await this.limits.countVisit(request);
    const found = await this.resets.find(link);
    if (!found) throw this.refused(request, 'reset_link_refused');
    return found;
  }

  /** By a reset link, with a new password. @throws Problem `reset_link_refused`, `validation_failed`, `sign_in_refused`, `rate_limited` */
  async byReset(exchange: Exchange, { link, password }: { link: string; password: string }): Promise<void> {
    const { request } = exchange;
    await this.resetOf(request, link);
    const proven = await this.resets.use(link, password, originOf(request));
    if (!proven) throw this.refused(request, 'reset_link_refused');
    await this.signIns.byProof(exchange, proven.email, proven);
  }

  private async joinAsKnown(
    request: FastifyRequest,
    { link, email, password, asker }: { link: string; email: string; password: string; asker: Asker },
  ): Promise<ProvenPassword | undefined> {
    const proven = await this.passwords.verify(email, password, asker);
    if (!proven) throw this.signIns.refusal(request);
    const joiner = { userId: proven.userId, email, stillHolds: (tx: Transaction) => this.passwords.hold(tx, proven) };
    return (await this.joining.join(link, joiner, originOf(request))) ? proven : undefined;
  }

  private refused({ ip }: FastifyRequest, code: 'join_link_refused' | 'reset_link_refused'): Problem {
    this.refusals.count('user.sign_in_refused', ip, code);
    return new Problem(SESSIONS_PROBLEMS, code, 'The link does not work any more. Ask for a new one.');
  }
}
