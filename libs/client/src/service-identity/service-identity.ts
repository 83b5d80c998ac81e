import type { RequestListener } from 'node:http';
import type { Server } from 'node:https';
import type { Server as TlsServer, TlsOptions } from 'node:tls';
import type { AccessToken } from '../access-token.js';
import type { TokenTarget } from '../token-target.js';
import { Generations } from './generations.js';
import { checkIdentityOptions, type ServiceIdentityOptions } from './service-identity-options.js';
import { ServiceListeners } from './service-listeners.js';
import type { ServiceTarget } from './service-target.js';

const CLOSE_MS = 5_000;

/**
 * Who a microservice is: its certificate, renewed by itself before half of its life, with the connections and the tokens that belong
 * to it. Open one when the process starts.
 */
export class ServiceIdentity {
  // With `#` and not `private`: util.inspect would show the key.
  readonly #generations: Generations;
  readonly #listeners: ServiceListeners;

  private constructor(generations: Generations, listeners: ServiceListeners) {
    this.#generations = generations;
    this.#listeners = listeners;
  }

  /**
   * Takes the certificate from the folder, or gets the first one against the join token.
   * @throws TypeError for an option that is missing or wrong; CertificateRequestFailed when there is no certificate to be had.
   */
  static async open(options: ServiceIdentityOptions): Promise<ServiceIdentity> {
    // Here and not above: who needs tokens only loads no HTTP client.
    const { openChannel } = await import('./undici-transport.js');
    const checked = checkIdentityOptions(options, openChannel);
    const generations = await Generations.open(checked);
    const listeners = new ServiceListeners(generations.current, checked);
    generations.onSwap = (next) => listeners.swap(next);
    return new ServiceIdentity(generations, listeners);
  }

  get clientId(): string {
    return this.#generations.current.certificate.record.clientId;
  }

  /** `spiffe://<trust domain>/<service>` */
  get spiffeId(): string {
    return this.#generations.current.certificate.record.spiffeId;
  }

  /** PEM; without the key. */
  get certificate(): string {
    return this.#generations.current.certificate.record.certificate;
  }

  /** When the current certificate ends, by this machine's clock. */
  get expiresAt(): Date {
    return this.#generations.current.certificate.expiresAt;
  }

  /**
   * Calls another service with a token and the certificate; with `subjectToken` for whom this service was called itself.
   * @throws TokenRequestFailed when there is no token and none can be had; otherwise as `fetch` does, with an UnexpectedPeer as the
   *   cause when somebody else answered.
   */
  async fetch(input: string | URL | Request, init: RequestInit | undefined, target: ServiceTarget): Promise<Response> {
    return this.#generations.current.using((generation) => generation.call({ input, init: init ?? {} }, target));
  }

  /** A `fetch` for one service, to hand to libraries that take one. */
  fetchFor(target: ServiceTarget): typeof fetch {
    return (input, init) => this.fetch(input, init, target);
  }

  /** A `fetch` that shows the certificate and sends no token: for the issuer's own endpoints, such as keys and revocations. */
  readonly issuerFetch: typeof fetch = (input, init) => this.#generations.current.using((generation) => generation.ask(input, init));

  /** A token that works over connections of this identity alone, until the certificate changes. */
  async getToken(target: TokenTarget): Promise<AccessToken> {
    return this.#generations.current.using(({ client }) => client.getToken(target));
  }

  /** RFC 8693: as `getToken`, for whom this service was called. */
  async exchange(subjectToken: string, target: Omit<TokenTarget, 'subjectToken'>): Promise<AccessToken> {
    return this.#generations.current.using(({ client }) => client.exchange(subjectToken, target));
  }

  /** A server that shows the current certificate, whichever that is, and lets nobody in who is not of the trust domain. */
  createServer(handler: RequestListener): Server {
    return this.#listeners.createServer(handler);
  }

  /** For frameworks that make their server themselves: its options, and afterwards `keepUpToDate(server)`. */
  tlsOptions(): TlsOptions {
    return this.#listeners.tlsOptions();
  }

  /** Shows new certificates on a server that was made with `tlsOptions()`, and closes connections from outside of the trust domain. */
  keepUpToDate(server: TlsServer): void {
    this.#listeners.attach(server);
  }

  /** A new certificate now, not at its time. @throws CertificateRequestFailed; the old one stays. */
  renew(): Promise<void> {
    return this.#generations.renew();
  }

  /** Looks now for whom to trust. @throws CertificateRequestFailed; the old bundle stays. */
  refreshTrust(): Promise<void> {
    return this.#generations.refreshTrust();
  }

  /** Ends renewals, and the connections when the calls under way have been answered, within 5 s. Close the servers first. */
  close(): Promise<void> {
    return this.#generations.close(CLOSE_MS);
  }
}
