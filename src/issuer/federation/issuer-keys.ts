import { Injectable } from '@nestjs/common';
import { RemoteJwks } from '@countersign/resource-server';
import { LRUCache } from 'lru-cache';
import type { TrustedIssuer } from '../../directory/trusted-issuers/index.js';
import { Configuration } from '../../platform/config/index.js';
import { Log } from '../../platform/logging/index.js';
import { allowsLoopback, issuerFetch } from '../../platform/outbound/index.js';
import { importForeignKeys, type ForeignKey } from './foreign-keys.js';

const MAX_SETS = 10_000;

/** Keys of trusted issuers: those that an administrator sent, and those that are fetched with care. Of other issuers nothing is fetched. */
@Injectable()
export class IssuerKeys {
  private readonly local = new WeakMap<object, Promise<ReadonlyMap<string, ForeignKey>>>();
  private readonly remote = new LRUCache<string, RemoteJwks<ForeignKey>>({ max: MAX_SETS });
  private readonly loopbackAllowed: boolean;

  constructor(
    { settings }: Configuration,
    private readonly log: Log,
  ) {
    this.loopbackAllowed = allowsLoopback(settings);
  }

  /** @throws KeysUnavailable, InvalidJwks */
  async find(trust: TrustedIssuer, kid: string): Promise<ForeignKey | undefined> {
    if (!trust.jwks) return this.remoteSet(trust).find(kid);
    let set = this.local.get(trust.jwks);
    if (!set) this.local.set(trust.jwks, (set = importForeignKeys(trust.jwks)));
    return (await set).get(kid);
  }

  private remoteSet({ id, issuer, jwksUri }: TrustedIssuer): RemoteJwks<ForeignKey> {
    // By entry too: one tenant's misses must not start the cooldown of another's.
    const name = `${id} ${jwksUri ?? issuer}`;
    let set = this.remote.get(name);
    if (!set) {
      set = new RemoteJwks<ForeignKey>({
        issuer,
        ...(jwksUri !== null && { jwksUri }),
        discovery: 'openid',
        importKeys: importForeignKeys,
        fetch: issuerFetch(issuer, this.loopbackAllowed),
        onEvent: (event) => {
          if (event.type === 'refresh_failed') this.log.warn('federation.keys_not_fetched', { name: id, error: event.error });
        },
      });
      this.remote.set(name, set);
    }
    return set;
  }
}
