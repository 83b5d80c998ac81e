import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuditLog, type AuditOrigin } from '../../platform/audit/index.js';
import { Configuration } from '../../platform/config/index.js';
import { newId, SecretDigests } from '../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { originOf, Problem } from '../../platform/http/index.js';
import { SessionCookie } from './session-cookie.js';
import { SESSIONS_PROBLEMS } from './sessions.errors.js';
import { SessionsRepository, type CurrentSessionRow, type SessionLimits, type SessionRow } from './sessions.repository.js';

/** `acr` of every sign-in at another provider: how strong it was is that one's word, and a tenant may run it. */
export const FEDERATED_ACR = 'urn:countersign:acr:federated';
const MAX_SESSIONS = 100;
const MAX_USER_AGENT = 256;

/** Who sits at a browser, as proven by the cookie of their session. */
export interface SignedInUser {
  /** `usr_…`; the `sub` of tokens for this person. */
  readonly userId: string;
  /** `ses_…`; names the session without being able to continue it. */
  readonly sessionId: string;
  readonly email: string;
  readonly name: string;
  /** Seconds since 1970 of the sign-in. A session never gets a new one: signing in again begins another session. */
  readonly authTime: number;
  /** RFC 8176 values, such as `["pwd"]`; of another identity provider `federated`, and what that one said. */
  readonly amr: readonly string[];
  readonly acr: string;
}

/** A sign-in that was proven. */
export interface ProvenSignIn {
  readonly userId: string;
  readonly authTime: Date;
  readonly amr: readonly string[];
  readonly acr: string;
  /** The identity provider where it happened. */
  readonly providerId?: string;
  /**
   * Whether what proved it still holds, asked in the transaction that begins the session and true until its end: so that a password
   * change or a disabled person ends this session too.
   */
  stillHolds(tx: Transaction): Promise<boolean>;
}

/** Sign-in sessions of people. */
@Injectable()
export class Sessions {
  private readonly limits: SessionLimits;

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: SessionsRepository,
    private readonly cookie: SessionCookie,
    private readonly digests: SecretDigests,
    private readonly audit: AuditLog,
    { settings }: Configuration,
  ) {
    this.limits = { idleSeconds: settings.SESSION_IDLE_SECONDS, lifetimeSeconds: settings.SESSION_LIFETIME_SECONDS };
  }

  /**
   * The user whose session the request's cookie continues; undefined without one, and when it has ended, or its user was disabled.
   * Asks the database each time, so an end on another replica counts at once. Never throws because of the cookie.
   */
  async current(request: FastifyRequest): Promise<SignedInUser | undefined> {
    const token = this.cookie.read(request);
    if (token === undefined) return undefined;
    return this.transactions.run(async (tx) => {
      const row = await this.repository.findCurrent(tx, this.digests.everyDigest(token));
      if (row?.is_stale) await this.repository.noteUse(tx, row.id, this.limits.idleSeconds);
      return row && userOf(row);
    });
  }

  /** @throws Problem `sign_in_required` */
  async require(request: FastifyRequest): Promise<SignedInUser> {
    const user = await this.current(request);
    if (!user) throw new Problem(SESSIONS_PROBLEMS, 'sign_in_required', 'Sign in first.');
    return user;
  }

  /**
   * Begins a session with a name that nobody knew before (session fixation), and ends the one that the browser had.
   * @returns false when what proved the sign-in does not hold any more
   */
  async begin(request: FastifyRequest, reply: FastifyReply, signIn: ProvenSignIn): Promise<boolean> {
    const token = randomBytes(32).toString('base64url');
    const before = this.cookie.read(request);
    const begun = await this.transactions.run(async (tx) => {
      if (!(await signIn.stillHolds(tx))) return false;
      if (before !== undefined) await this.repository.deleteByDigest(tx, this.digests.everyDigest(before));
      await this.insert(tx, signIn, token, originOf(request));
      return true;
    });
    if (begun) this.cookie.write(reply, token);
    return begun;
  }

  /**
   * Ends the session of this browser, if it has one.
   * @param facts for the audit, such as the app that asked for it
   */
  async end(request: FastifyRequest, reply: FastifyReply, facts: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const token = this.cookie.read(request);
    this.cookie.clear(reply);
    if (token === undefined) return;
    await this.transactions.run(async (tx) => {
      const ended = await this.repository.deleteByDigest(tx, this.digests.everyDigest(token));
      if (ended) await this.record(tx, 'user.signed_out', ended.user_id, originOf(request), { session_id: ended.id, ...facts });
    });
  }

  list(userId: string): Promise<SessionRow[]> {
    return this.transactions.run((tx) => this.repository.list(tx, userId));
  }

  /** Ends one session of a person; false when it is none of theirs. */
  /** Whether it has not been ended by somebody; by its age it may have. */
  exists(tx: Transaction, sessionId: string): Promise<boolean> {
    return this.repository.exists(tx, sessionId);
  }

  endOne(userId: string, sessionId: string, origin: AuditOrigin): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const ended = await this.repository.delete(tx, userId, sessionId);
      if (ended) await this.record(tx, 'user.session_ended', userId, origin, { session_id: sessionId });
      return ended;
    });
  }

  /** Ends all sessions of a person but the one they are using. */
  endOthers({ userId, sessionId }: SignedInUser, origin: AuditOrigin): Promise<void> {
    return this.transactions.run(async (tx) => {
      const count = await this.repository.deleteOfUser(tx, userId, sessionId);
      if (count > 0) await this.record(tx, 'user.other_sessions_ended', userId, origin, { count });
    });
  }

  private async insert(tx: Transaction, signIn: ProvenSignIn, token: string, origin: AuditOrigin): Promise<void> {
    const { userId, authTime, amr, acr, providerId } = signIn;
    const id = newId('ses');
    const { ip, userAgent } = origin;
    const facts = { id, userId, authTime, amr, acr, providerId, ip, userAgent: userAgent?.slice(0, MAX_USER_AGENT) };
    await this.repository.deleteOldest(tx, userId, MAX_SESSIONS - 1);
    await this.repository.insert(tx, { ...facts, ...this.digests.digest(token) }, this.limits);
    await this.record(tx, 'user.signed_in', userId, origin, { session_id: id, amr, identity_provider_id: providerId });
  }

  private async record(
    tx: Transaction,
    action: string,
    userId: string,
    origin: AuditOrigin,
    details: Record<string, unknown>,
  ): Promise<void> {
    await this.audit.record(tx, { action, actor: { type: 'user', id: userId }, target: { type: 'user', id: userId }, origin, details });
  }
}

function userOf({ id, user_id, email, name, auth_time, amr, acr }: CurrentSessionRow): SignedInUser {
  return { userId: user_id, sessionId: id, email, name, authTime: Math.floor(auth_time.getTime() / 1000), amr, acr };
}
