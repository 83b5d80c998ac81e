import { Injectable } from '@nestjs/common';
import { calculateJwkThumbprint, createLocalJWKSet, createRemoteJWKSet, customFetch, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Client } from '@countersign/oauth';
import { guardedFetch } from '../../platform/outbound/index.js';
import { authenticationFailed } from './authentication-failed.js';
import { patientFetch } from './patient-fetch.js';

const COOLDOWN_MS = 30_000;
const MAX_AGE_MS = 600_000;
const MAX_SETS = 10_000;

type RemoteSet = ReturnType<typeof createRemoteJWKSet>;

/** Registered public keys of clients: sets in the registration, or at an address that is fetched with care. */
@Injectable()
export class ClientKeys {
  private readonly local = new WeakMap<object, JWTVerifyGetKey>();
  private readonly remote = new LRUCache<string, RemoteSet>({ max: MAX_SETS });
  private readonly thumbprints = new WeakMap<object, Promise<ReadonlySet<string>>>();

  of(client: Client): JWTVerifyGetKey {
    if (client.jwks) return this.localSet(client.jwks);
    if (client.jwksUri) return this.remoteSet(client.id, client.jwksUri);
    throw authenticationFailed('client_has_no_keys');
  }

  /** Whether a key, by its RFC 7638 thumbprint, is among those of the client. @throws OAuthError `invalid_client` */
  async holds(client: Client, thumbprint: string): Promise<boolean> {
    if (client.jwks) return (await this.thumbprintsOf(client.jwks)).has(thumbprint);
    if (!client.jwksUri) throw authenticationFailed('client_has_no_keys');
    const set = this.remoteSet(client.id, client.jwksUri);
    if (await this.isIn(set, thumbprint)) return true;
    // A key that is not there may have been published since; who asks again and again waits.
    if (set.coolingDown) return false;
    await set.reload().catch((cause: unknown) => {
      throw authenticationFailed('client_keys_unavailable', cause);
    });
    return this.isIn(set, thumbprint);
  }

  private async isIn(set: RemoteSet, thumbprint: string): Promise<boolean> {
    const jwks = set.fresh ? set.jwks() : undefined;
    return jwks !== undefined && (await this.thumbprintsOf(jwks)).has(thumbprint);
  }

  private thumbprintsOf(jwks: JSONWebKeySet): Promise<ReadonlySet<string>> {
    let found = this.thumbprints.get(jwks);
    if (!found) {
      const all = jwks.keys.map((key) => calculateJwkThumbprint(key).catch(() => ''));
      found = Promise.all(all).then((each) => new Set(each));
      this.thumbprints.set(jwks, found);
    }
    return found;
  }

  private localSet(jwks: NonNullable<Client['jwks']>): JWTVerifyGetKey {
    let set = this.local.get(jwks);
    if (!set) {
      set = createLocalJWKSet(jwks);
      this.local.set(jwks, set);
    }
    return set;
  }

  private remoteSet(clientId: string, uri: string): RemoteSet {
    // By client too: one tenant's misses must not start the cooldown of another's.
    const name = `${clientId} ${uri}`;
    let set = this.remote.get(name);
    if (!set) {
      const fetch = patientFetch(guardedFetch);
      set = createRemoteJWKSet(new URL(uri), { cooldownDuration: COOLDOWN_MS, cacheMaxAge: MAX_AGE_MS, [customFetch]: fetch });
      this.remote.set(name, set);
    }
    return set;
  }
}
