import type { DecisionListener } from './access-decision.js';
import { ApiKeyVerifier } from './api-key-verifier.js';
import type { IssuerAccess } from './issuer-access.js';
import type { JwksLocation } from './jwks-location.js';
import type { KeySource } from './key-source.js';
import { RemoteJwks } from './remote-jwks.js';
import { RevocationFeed } from './revocation-feed.js';
import type { RevocationFeedEvent } from './revocation-feed-options.js';
import { UsageReporter } from './usage-reporter.js';
import type { UsageReporterEvent } from './usage-sender.js';

export interface IssuerConnectionOptions extends JwksLocation, IssuerAccess {
  /** Identifier of this API. */
  audience: string;
  /** In place of what the issuer says of this API: so long may guards go without word of revocations. */
  maxStalenessSeconds?: number;
  /** Takes API keys and personal access tokens that were made for this API. Default: access tokens only. */
  apiKeys?: boolean;
  /** For metrics and logs. Must be quick and must not throw. */
  onEvent?: (event: RevocationFeedEvent | UsageReporterEvent) => void;
}

/**
 * All that ties a protected API to its issuer: keys, revocations within seconds, and reports of what was called. Spread it where
 * guards are made: `new ResourceServer({ ...connection })`, `CountersignGuardModule.forRoot({ ...connection })`.
 */
export class IssuerConnection {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: KeySource;
  readonly revocations: RevocationFeed;
  readonly apiKeys?: ApiKeyVerifier;
  readonly onDecision: DecisionListener;
  readonly #usage: UsageReporter;

  constructor({ maxStalenessSeconds, onEvent, apiKeys, ...options }: IssuerConnectionOptions) {
    const heard = { ...options, ...(onEvent && { onEvent }) };
    this.issuer = options.issuer;
    this.audience = options.audience;
    this.keys = new RemoteJwks(options);
    this.revocations = new RevocationFeed({ ...heard, keys: this.keys, ...(maxStalenessSeconds !== undefined && { maxStalenessSeconds }) });
    if (apiKeys) this.apiKeys = new ApiKeyVerifier({ ...options, revocations: this.revocations });
    this.#usage = new UsageReporter(heard);
    this.onDecision = this.#usage.record;
  }

  /** Begins to follow revocations. Resolves after the first attempt, whether or not the issuer could be reached: a guard starts without it. */
  start(): Promise<void> {
    return this.revocations.start();
  }

  /** Reports the rest, for at most 5 s, and stops following. */
  async close(): Promise<void> {
    await Promise.all([this.#usage.close(), this.revocations.close()]);
  }
}
