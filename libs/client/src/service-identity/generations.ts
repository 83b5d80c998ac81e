import { CertificateRequestFailed } from './certificate-request-failed.js';
import { CertificateRequests } from './certificate-requests.js';
import { firstGeneration, join, type FirstGeneration } from './first-generation.js';
import { Generation } from './generation.js';
import { IdentityFolder } from './identity-folder.js';
import { Recurring } from './recurring.js';
import type { ServiceCertificate } from './service-certificate.js';
import type { CheckedIdentityOptions, IdentityEvent } from './service-identity-options.js';
import { haveSameAuthorities, isOlder, type TrustBundle } from './trust-bundle.js';

/** Renewed between these shares of a life, so that services that started together do not come back together. */
const RENEW_AT = { earliest: 0.4, latest: 0.5 };
const BUNDLE_JITTER = 0.1;
/** How much of the rest of a certificate's life one Retry-After may take. */
const PATIENCE = { share: 0.25, leastMs: 60_000 };

type Cause = Extract<IdentityEvent, { type: 'generation' }>['cause'];

/** The current generation, and how it is replaced: by a renewed certificate, or by other authorities. */
export class Generations {
  /** In the same moment as `current` changes. */
  onSwap: ((next: Generation) => void) | undefined;
  private readonly renewals: Recurring;
  private readonly trust: Recurring;
  /** As it was last heard: that of the current generation, or one of the same authorities. */
  private bundle: TrustBundle;
  /** Replaced, with calls under way. */
  private readonly retiring = new Set<Generation>();

  private constructor(
    public current: Generation,
    private readonly requests: CertificateRequests,
    private readonly options: CheckedIdentityOptions,
  ) {
    const { clock, random, report } = options;
    const patienceMs = (): number => Math.max(PATIENCE.leastMs, PATIENCE.share * this.current.certificate.remainingMs);
    this.bundle = current.bundle;
    this.renewals = new Recurring({
      clock,
      random,
      patienceMs,
      task: () => this.replaceCertificate(),
      onFailure: (error, retryInMs) => {
        const { expiresAt } = this.current.certificate;
        report({ type: 'renewal_failed', error: failureOf(error), retryInSeconds: Math.ceil(retryInMs / 1000), expiresAt });
      },
    });
    this.trust = new Recurring({
      clock,
      random,
      patienceMs,
      task: () => this.lookForTrust(),
      onFailure: (error, retryInMs) =>
        report({ type: 'bundle_failed', error: failureOf(error), retryInSeconds: Math.ceil(retryInMs / 1000) }),
    });
  }

  /** @throws CertificateRequestFailed */
  static async open(options: CheckedIdentityOptions): Promise<Generations> {
    const requests = new CertificateRequests(options);
    const first = await firstGeneration(options, requests);
    const opened = new Generations(first.generation, requests, options);
    await opened.begin(first);
    return opened;
  }

  renew(): Promise<void> {
    return this.renewals.run();
  }

  refreshTrust(): Promise<void> {
    return this.trust.run();
  }

  async close(withinMs: number): Promise<void> {
    this.renewals.stop();
    this.trust.stop();
    await Promise.all([this.current, ...this.retiring].map((generation) => generation.retire(withinMs)));
  }

  private async begin({ cause, isTrustOld }: FirstGeneration): Promise<void> {
    this.report(cause);
    if (!isTrustOld) await this.save();
    // Who hands over a join token may know that the kept certificate is taken no more: the issuer says so at once.
    const isDoubtful = cause === 'restored' && this.options.hasJoinToken;
    this.renewals.schedule(isDoubtful ? 0 : this.untilRenewal(this.current.certificate));
    this.trust.schedule(isTrustOld ? 0 : this.untilRefresh());
  }

  private async replaceCertificate(): Promise<number> {
    const renewed = await this.nextCertificate();
    // Before anything is shown: after a crash the folder holds what the issuer gave last.
    await this.save(renewed);
    this.swap(new Generation(renewed, this.bundle, this.options), 'renewed');
    return this.untilRenewal(renewed);
  }

  private nextCertificate(): Promise<ServiceCertificate> {
    return this.current.using(async (generation) => {
      const ask = generation.ask.bind(generation);
      // Too late to renew: only somebody who may hand out join tokens can help.
      if (generation.certificate.remainingMs <= 0) return join(this.requests, this.options, ask);
      try {
        return await this.requests.issue(ask);
      } catch (error) {
        // It will never be renewed: the service was made anew, or its trust domain is another one.
        const isRefused = error instanceof CertificateRequestFailed && error.status === 401;
        const joinToken = isRefused ? await this.options.joinToken() : undefined;
        if (joinToken === undefined) throw error;
        return this.requests.issue(ask, joinToken);
      }
    });
  }

  private async lookForTrust(): Promise<number> {
    const bundle = await this.current.using((generation) => this.requests.bundle(generation.ask.bind(generation)));
    const known = this.bundle;
    // A replica that is behind says what was true before.
    if (isOlder(bundle, known)) return this.untilRefresh();
    this.bundle = bundle;
    if (!haveSameAuthorities(bundle, known)) this.swap(new Generation(this.current.certificate, bundle, this.options), 'trust');
    if (bundle.sequence !== known.sequence || !haveSameAuthorities(bundle, known)) await this.save();
    return this.untilRefresh();
  }

  private swap(next: Generation, cause: Cause): void {
    const previous = this.current;
    this.current = next;
    this.onSwap?.(next);
    this.report(cause);
    this.retiring.add(previous);
    void previous.retire().finally(() => this.retiring.delete(previous));
  }

  private async save(certificate = this.current.certificate): Promise<void> {
    const { folder, issuer, report } = this.options;
    if (folder === undefined) return;
    const kept = { certificate, bundle: this.bundle };
    await new IdentityFolder(folder, issuer).save(kept).catch((error: unknown) => report({ type: 'not_saved', error }));
  }

  private untilRenewal({ record, ageMs }: ServiceCertificate): number {
    const share = RENEW_AT.latest - (RENEW_AT.latest - RENEW_AT.earliest) * this.options.random();
    return Math.max(0, record.lifetimeMs * share - ageMs);
  }

  private untilRefresh(): number {
    return this.bundle.refreshSeconds * 1000 * (1 - BUNDLE_JITTER * this.options.random());
  }

  private report(cause: Cause): void {
    const { record, expiresAt } = this.current.certificate;
    this.options.report({ type: 'generation', cause, spiffeId: record.spiffeId, expiresAt });
  }
}

function failureOf(error: unknown): CertificateRequestFailed {
  return error instanceof CertificateRequestFailed ? error : new CertificateRequestFailed(error instanceof Error ? error.message : '');
}
