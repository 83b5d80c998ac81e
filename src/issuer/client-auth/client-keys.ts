import { Injectable } from '@nestjs/common';
import { calculateJwkThumbprint, createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Client } from '@countersign/oauth';
import { authenticationFailed } from './authentication-failed.js';
import { RemoteKeySets, type RemoteSet } from './remote-key-sets.js';

const KIB = 1024;
const MAX_KEY_SET_BYTES = 256 * KIB;
/** Of an app that nobody here registered. */
const MAX_STRANGE_KEY_SET_BYTES = 64 * KIB;

/** Registered public keys of clients: sets in the registration, or at an address that is fetched with care. */
@Injectable()
export class ClientKeys {
  private readonly local = new WeakMap<object, JWTVerifyGetKey>();
  private readonly remote = new RemoteKeySets({ bytesInAll: 64 * KIB * KIB, bytesPerSet: MAX_KEY_SET_BYTES });
  /** Apart, so that however many strangers come, the others' keys stay. */
  private readonly remoteOfStrangers = new RemoteKeySets({ bytesInAll: 16 * KIB * KIB, bytesPerSet: MAX_STRANGE_KEY_SET_BYTES });
  private readonly thumbprints = new WeakMap<object, Promise<ReadonlySet<string>>>();

  of(client: Client): JWTVerifyGetKey {
    if (client.jwks) return this.localSet(client.jwks);
    if (client.jwksUri) return this.remoteSet(client, client.jwksUri);
    throw authenticationFailed('client_has_no_keys');
  }

  /** Whether a key, by its RFC 7638 thumbprint, is among those of the client. @throws OAuthError `invalid_client` */
  async holds(client: Client, thumbprint: string): Promise<boolean> {
    if (client.jwks) return (await this.thumbprintsOf(client.jwks)).has(thumbprint);
    if (!client.jwksUri) throw authenticationFailed('client_has_no_keys');
    const set = this.remoteSet(client, client.jwksUri);
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

  private remoteSet({ id, app }: Client, uri: string): RemoteSet {
    const isStranger = app !== undefined && app.registration !== 'administrator';
    return (isStranger ? this.remoteOfStrangers : this.remote).of(id, uri);
  }
}
