import type { AccessToken, IssuedToken } from './access-token.js';
import { Backoff, type Chance } from './backoff.js';
import type { ClientEvent, TokenChange } from './client-event.js';
import { TokenRequestFailed } from './token-request-failed.js';
import type { NormalTarget } from './token-target.js';

const OUTAGE_PAUSE_MS = 1_000;
const REFUSAL_PAUSE_MS = 10_000;
const MAX_PAUSE_MS = 60_000;
const RENEWAL_PAUSE_MS = 30_000;
const MAX_RENEWAL_PAUSE_MS = 900_000;

export interface KeptTokenOptions extends Chance {
  issue: (target: NormalTarget) => Promise<IssuedToken>;
  report: (event: ClientEvent) => void;
}

/** The token of one target: who asks gets the live one, or waits for the one request that is under way. */
export class KeptToken {
  private issued: IssuedToken | undefined;
  private requesting: Promise<AccessToken> | undefined;
  private failure: TokenRequestFailed | undefined;
  /** No request to the issuer before it is over. */
  private readonly failures: Backoff;
  /** An API that refuses new tokens too must not cause one request per 401. */
  private readonly renewals: Backoff;

  constructor(
    private readonly target: NormalTarget,
    private readonly options: KeptTokenOptions,
  ) {
    this.failures = new Backoff(MAX_PAUSE_MS, options);
    this.renewals = new Backoff(MAX_RENEWAL_PAUSE_MS, options);
  }

  /** @throws TokenRequestFailed */
  async get(): Promise<AccessToken> {
    if (this.issued?.isUsable()) {
      // Nobody waits for it, and its failure is in `failure`.
      if (this.issued.isDueForRefresh() && this.failures.isOver()) this.request().catch(() => undefined);
      return this.issued.token;
    }
    if (this.requesting === undefined && this.failure !== undefined && !this.failures.isOver()) throw this.describe(this.failure);
    return this.request();
  }

  /** The API refused a token. Gives another one to try, or undefined when there is none or a new one would be refused too. */
  async replace(refused: string): Promise<AccessToken | undefined> {
    this.drop(refused);
    if (this.holds(refused)) return undefined;
    return this.get().catch(() => undefined);
  }

  /** Forgets a token that an API refused; a newer one stays, and so does one that replaced a refused one just now. */
  drop(refused: string): void {
    if (!this.holds(refused) || !this.renewals.isOver()) return;
    this.issued = undefined;
    this.renewals.grow(RENEWAL_PAUSE_MS);
    this.report({ type: 'dropped' });
  }

  private holds(accessToken: string): boolean {
    return this.issued?.token.accessToken === accessToken;
  }

  private request(): Promise<AccessToken> {
    this.requesting ??= this.load().finally(() => {
      this.requesting = undefined;
    });
    return this.requesting;
  }

  private async load(): Promise<AccessToken> {
    try {
      const issued = await this.options.issue(this.target);
      if (!issued.isUsable()) throw new TokenRequestFailed('The token came too late: it had expired before it could be used.');
      this.issued = issued;
      this.failure = undefined;
      this.failures.reset();
      this.report({ type: 'issued', expiresAt: issued.token.expiresAt });
      return issued.token;
    } catch (error) {
      throw this.failed(error);
    }
  }

  private failed(error: unknown): TokenRequestFailed {
    this.failure = error instanceof TokenRequestFailed ? error : new TokenRequestFailed('The request failed.', { cause: error });
    const { retryAfterSeconds, temporary } = this.failure;
    // RFC 9110 §10.2.3: not before the time that the issuer names; "0" names none.
    if (temporary && retryAfterSeconds) this.failures.pause(retryAfterSeconds * 1000);
    else this.failures.grow(temporary ? OUTAGE_PAUSE_MS : REFUSAL_PAUSE_MS);
    const described = this.describe(this.failure);
    this.report({ type: 'failed', error: described });
    return described;
  }

  /** The failure as of now: for which API, and when the issuer is asked again. */
  private describe(failure: TokenRequestFailed): TokenRequestFailed {
    const { status, code, description, requestId, cause, message } = failure;
    const retryAfterSeconds = Math.ceil(this.failures.remainingMs() / 1000);
    const facts = { status, code, description, requestId, cause, retryAfterSeconds };
    return new TokenRequestFailed(`No token for ${this.target.label}: ${message}`, facts);
  }

  private report(change: TokenChange): void {
    const { audience, scope } = this.target;
    this.options.report({ ...change, audience, scope });
  }
}
