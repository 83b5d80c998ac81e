import { Injectable } from '@nestjs/common';
import { createLocalJWKSet, createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Client } from '@countersign/oauth';
import { guardedFetch } from '../../platform/outbound/index.js';
import { authenticationFailed } from './authentication-failed.js';

const COOLDOWN_MS = 30_000;
const MAX_AGE_MS = 600_000;
const MAX_SETS = 10_000;

/** Registered public keys of clients: sets in the registration, or at an address that is fetched with care. */
@Injectable()
export class ClientKeys {
  private readonly local = new WeakMap<object, JWTVerifyGetKey>();
  private readonly remote = new LRUCache<string, JWTVerifyGetKey>({ max: MAX_SETS });

  of(client: Client): JWTVerifyGetKey {
    if (client.jwks) return this.localSet(client.jwks);
    if (client.jwksUri) return this.remoteSet(client.id, client.jwksUri);
    throw authenticationFailed('client_has_no_keys');
  }

  private localSet(jwks: NonNullable<Client['jwks']>): JWTVerifyGetKey {
    let set = this.local.get(jwks);
    if (!set) {
      set = createLocalJWKSet(jwks);
      this.local.set(jwks, set);
    }
    return set;
  }

  private remoteSet(clientId: string, uri: string): JWTVerifyGetKey {
    // By client too: one tenant's misses must not start the cooldown of another's.
    const name = `${clientId} ${uri}`;
    let set = this.remote.get(name);
    if (!set) {
      set = createRemoteJWKSet(new URL(uri), { cooldownDuration: COOLDOWN_MS, cacheMaxAge: MAX_AGE_MS, [customFetch]: guardedFetch });
      this.remote.set(name, set);
    }
    return set;
  }
}
