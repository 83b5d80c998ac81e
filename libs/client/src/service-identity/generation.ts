import { urlOf, type ApiCall } from '../authorized-fetch.js';
import { M2MClient } from '../m2m-client.js';
import { tlsClientAuth } from '../tls-client-auth.js';
import type { CheckedIdentityOptions } from './service-identity-options.js';
import type { ServiceCertificate } from './service-certificate.js';
import { peerOf, type ServiceTarget } from './service-target.js';
import type { Channel } from './transport.js';
import type { TrustBundle } from './trust-bundle.js';

/**
 * A certificate, the connections that show it, and the tokens that are bound to it: none of them is of use with one of another
 * generation, so they come and go as one.
 */
export class Generation {
  /** Asks for tokens, and keeps them. */
  readonly client: M2MClient;
  /** To the issuer, and to what else proves a name in DNS by the issuer's authority. */
  private readonly named: Channel;
  /** By the SPIFFE id that must answer. */
  private readonly peers = new Map<string, Channel>();
  private calls = 0;
  /** Who waits for the last call. */
  private readonly waiting: (() => void)[] = [];

  constructor(
    readonly certificate: ServiceCertificate,
    readonly bundle: TrustBundle,
    private readonly options: CheckedIdentityOptions,
  ) {
    this.named = this.open({ ca: options.ca });
    this.client = new M2MClient({
      ...options.client,
      clientId: certificate.record.clientId,
      auth: tlsClientAuth(),
      fetch: (input, init) => this.named.fetch(input, init),
    });
  }

  /** A request with a token, to whom it is meant for. */
  async call(call: ApiCall, target: ServiceTarget): Promise<Response> {
    const url = urlOf(call);
    // Who answers at plain HTTP proves nothing, and the token is bound to TLS.
    if (url.protocol !== 'https:') throw new TypeError(`Services are called over https, not at ${url.origin}.`);
    const own = { trustDomain: this.certificate.trustDomain, issuerOrigin: this.options.reachableOrigin };
    const peer = peerOf(target, url, own);
    // Only here, when there is a token: what no policy allows opens no connections.
    return this.client.fetch(call.input, call.init, target, (input, init) => this.channelTo(peer).fetch(input, init));
  }

  /** To the issuer, without a token. */
  ask(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    return this.named.fetch(input, init);
  }

  /** Keeps the connections open until the work is done. */
  async using<T>(work: (generation: this) => Promise<T>): Promise<T> {
    this.calls++;
    try {
      return await work(this);
    } finally {
      if (--this.calls === 0) for (const resolve of this.waiting.splice(0)) resolve();
    }
  }

  /**
   * Ends the connections when the calls under way have been answered, and in any case with the certificate or after `withinMs`. Of
   * several times the soonest counts.
   */
  async retire(withinMs = Infinity): Promise<void> {
    const timer = setTimeout(() => this.destroy(), Math.min(this.certificate.remainingMs, withinMs)).unref();
    if (this.calls > 0) await Promise.race([new Promise<void>((resolve) => this.waiting.push(resolve)), afterTimer(withinMs)]);
    await Promise.all([...this.channels()].map((channel) => channel.close().catch(() => undefined)));
    clearTimeout(timer);
  }

  private channelTo(peer: string | undefined): Channel {
    if (peer === undefined) return this.named;
    let channel = this.peers.get(peer);
    if (!channel) {
      channel = this.open({ ca: this.bundle.authorities, peer });
      this.peers.set(peer, channel);
    }
    return channel;
  }

  private open(server: { ca: readonly string[]; peer?: string }): Channel {
    return this.options.transport({ ...server, shown: this.certificate.record });
  }

  private destroy(): void {
    for (const channel of this.channels()) channel.destroy();
  }

  private *channels(): Iterable<Channel> {
    yield this.named;
    yield* this.peers.values();
  }
}

function afterTimer(ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (ms !== Infinity) setTimeout(resolve, ms).unref();
  });
}
