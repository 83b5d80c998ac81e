import { CertificateRequestFailed } from './certificate-request-failed.js';
import { CertificateRequests } from './certificate-requests.js';
import { Generation } from './generation.js';
import { IdentityFolder } from './identity-folder.js';
import { Recurring } from './recurring.js';
import type { ServiceCertificate } from './service-certificate.js';
import type { CheckedIdentityOptions, IdentityEvent } from './service-identity-options.js';
import { haveSameAuthorities, isOlder, type TrustBundle } from './trust-bundle.js';

/** Renewed between these shares of a life, so that services that started together do not come back together. */
const RENEW_AT = { earliest: 0.4, latest: 0.5 };
const BUNDLE_JITTER = 0.1;

type Cause = Extract<IdentityEvent, { type: 'generation' }>['cause'];

/** The current generation, and how it is replaced: by a renewed certificate, or by other authorities. */
export class Generations {
  /** In the same moment as `current` changes. */
  onSwap: ((next: Generation) => void) | undefined;
  private readonly renewals: Recurring;
  private readonly trust: Recurring;

  private constructor(
    public current: Generation,
    private readonly requests: CertificateRequests,
    private readonly options: CheckedIdentityOptions,
  ) {
    const { clock, random, report } = options;
    this.renewals = new Recurring({
      clock,
      random,
      task: () => this.replaceCertificate(),
      onFailure: (error, retryInMs) => {
        const { expiresAt } = this.current.certificate;
        report({ type: 'renewal_failed', error: failureOf(error), retryInSeconds: Math.ceil(retryInMs / 1000), expiresAt });
      },
    });
    this.trust = new Recurring({
      clock,
      random,
      task: () => this.lookForTrust(),
      onFailure: (error, retryInMs) =>
        report({ type: 'bundle_failed', error: failureOf(error), retryInSeconds: Math.ceil(retryInMs / 1000) }),
    });
  }

  /** @throws CertificateRequestFailed */
  static async open(options: CheckedIdentityOptions): Promise<Generations> {
    const requests = new CertificateRequests(options);
    const stranger = options.transport({ ca: options.ca });
    try {
      const found = options.folder === undefined ? undefined : await new IdentityFolder(options.folder).load(options.clock);
      // First: a join token is not spent while nobody can be reached.
      const bundle = await requests.bundle(stranger.fetch);
      const kept = found?.isSignedByOneOf(bundle.authorities) ? found : undefined;
      const certificate = kept ?? (await join(requests, options, stranger.fetch));
      const opened = new Generations(new Generation(certificate, bundle, options), requests, options);
      await opened.begin(kept ? 'restored' : 'joined');
      return opened;
    } finally {
      await stranger.close();
    }
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
    await this.current.retire(withinMs);
  }

  private async begin(cause: Cause): Promise<void> {
    this.report(cause);
    if (cause === 'joined') await this.save(this.current.certificate);
    // Who hands over a join token may know that the kept certificate is taken no more: the issuer says so at once.
    const isDoubtful = cause === 'restored' && this.options.hasJoinToken;
    this.renewals.schedule(isDoubtful ? 0 : this.untilRenewal(this.current.certificate));
    this.trust.schedule(this.untilRefresh(this.current.bundle));
  }

  private async replaceCertificate(): Promise<number> {
    const renewed = await this.nextCertificate();
    // Before anything is shown: after a crash the folder holds what the issuer gave last.
    await this.save(renewed);
    this.swap(new Generation(renewed, this.current.bundle, this.options), 'renewed');
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
    const known = this.current.bundle;
    // A replica that is behind says what was true before.
    if (isOlder(bundle, known)) return this.untilRefresh(known);
    if (!haveSameAuthorities(bundle, known)) this.swap(new Generation(this.current.certificate, bundle, this.options), 'trust');
    return this.untilRefresh(bundle);
  }

  private swap(next: Generation, cause: Cause): void {
    const previous = this.current;
    this.current = next;
    this.onSwap?.(next);
    this.report(cause);
    void previous.retire();
  }

  private async save(certificate: ServiceCertificate): Promise<void> {
    const { folder, report } = this.options;
    if (folder === undefined) return;
    await new IdentityFolder(folder).save(certificate).catch((error: unknown) => report({ type: 'not_saved', error }));
  }

  private untilRenewal({ record, ageMs }: ServiceCertificate): number {
    const share = RENEW_AT.latest - (RENEW_AT.latest - RENEW_AT.earliest) * this.options.random();
    return Math.max(0, record.lifetimeMs * share - ageMs);
  }

  private untilRefresh({ refreshSeconds }: TrustBundle): number {
    return refreshSeconds * 1000 * (1 - BUNDLE_JITTER * this.options.random());
  }

  private report(cause: Cause): void {
    const { record, expiresAt } = this.current.certificate;
    this.options.report({ type: 'generation', cause, spiffeId: record.spiffeId, expiresAt });
  }
}

async function join(
  requests: CertificateRequests,
  { joinToken }: CheckedIdentityOptions,
  fetch: typeof globalThis.fetch,
): Promise<ServiceCertificate> {
  const token = await joinToken();
  if (token === undefined) throw new CertificateRequestFailed('There is no certificate that lives, and no join token to get one.');
  return requests.issue(fetch, token);
}

function failureOf(error: unknown): CertificateRequestFailed {
  return error instanceof CertificateRequestFailed ? error : new CertificateRequestFailed(error instanceof Error ? error.message : '');
}
