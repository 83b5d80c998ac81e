import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import * as openid from 'openid-client';
import { type IdentityProvider, IdentityProviderSource } from '../../directory/identity-providers/index.js';
import { Configuration } from '../../platform/config/index.js';
import { allowsLoopback, issuerFetch } from '../../platform/outbound/index.js';

const MAX_PROVIDERS = 1_000;
/** So long a provider's description of itself is believed; keys are fetched anew when one is missing. */
const KNOWN_MS = 10 * 60_000;
const TIMEOUT_SECONDS = 10;

/** The OpenID clients that we are at other providers. Everything is fetched with care: tenants name the addresses. */
@Injectable()
export class ProviderClients {
  private readonly known = new LRUCache<string, Promise<openid.Configuration>>({ max: MAX_PROVIDERS, ttl: KNOWN_MS });
  private readonly loopbackAllowed: boolean;

  constructor(
    private readonly providers: IdentityProviderSource,
    { settings }: Configuration,
  ) {
    this.loopbackAllowed = allowsLoopback(settings);
  }

  /** @throws what the discovery threw */
  of(provider: IdentityProvider): Promise<openid.Configuration> {
    // A provider that was changed is another key, so nothing has to be forgotten.
    const key = `${provider.id} ${provider.updatedAt.getTime()}`;
    let client = this.known.get(key);
    if (!client) {
      client = this.discover(provider);
      this.known.set(key, client);
      client.catch(() => this.known.delete(key));
    }
    return client;
  }

  private async discover(provider: IdentityProvider): Promise<openid.Configuration> {
    const { issuer, clientId } = provider;
    const secret = await this.providers.secretOf(provider);
    return openid.discovery(new URL(issuer), clientId, undefined, authenticationOf(provider, secret), {
      [openid.customFetch]: issuerFetch(issuer, this.loopbackAllowed) as openid.CustomFetch,
      timeout: TIMEOUT_SECONDS,
      execute: [
        // The signature of the ID token is verified, although it comes straight from the provider: TLS alone is one wall.
        openid.enableNonRepudiationChecks,
        // Only there `issuerFetch` lets plain HTTP through.
        ...(this.loopbackAllowed ? [openid.allowInsecureRequests] : []),
      ],
    });
  }
}

function authenticationOf({ authMethod }: IdentityProvider, secret: string | undefined): openid.ClientAuth {
  if (secret === undefined) return openid.None();
  return authMethod === 'client_secret_post' ? openid.ClientSecretPost(secret) : openid.ClientSecretBasic(secret);
}
