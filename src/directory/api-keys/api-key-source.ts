import { Injectable } from '@nestjs/common';
import { TOKEN_EXCHANGE_GRANT_TYPE, type Client, type ClientSource } from '@countersign/oauth';
import type { ApiKeyFacts } from './api-key-facts.js';
import { refusalOf } from './api-key-use.policy.js';
import { isApiKeyId, KnownApiKeys } from './known-api-keys.js';

/** Keys as the issuer knows them: clients that can exchange themselves for a token, and nothing else. */
@Injectable()
export class ApiKeySource implements ClientSource {
  readonly name = 'api-keys';

  constructor(private readonly keys: KnownApiKeys) {}

  owns(clientId: string): boolean {
    return isApiKeyId(clientId);
  }

  async find(clientId: string): Promise<Client | undefined> {
    const key = await this.keys.byId(clientId);
    return key && toClient(key);
  }
}

function toClient(key: ApiKeyFacts): Client {
  const { id, name, orgId, audience, caller, allowedNetworks, digest, pepperVersion, expiresAt } = key;
  return {
    id,
    displayName: name,
    subject: caller.subject,
    zone: 'external',
    principalType: 'api_key',
    orgId,
    // Networks are asked by whoever knows where the request comes from.
    active: refusalOf({ ...key, allowedNetworks: [] }, { audience: undefined, sourceAddress: '', now: Date.now() }) === undefined,
    authMethod: 'api_key',
    grantTypes: [TOKEN_EXCHANGE_GRANT_TYPE],
    grants: [{ audience, scopes: [...caller.scopes], orgMode: 'parent' }],
    tokenLifetimeSeconds: undefined,
    allowedNetworks,
    secrets: [{ id, digest, pepperVersion, expiresAt }],
    jwks: undefined,
    jwksUri: undefined,
  };
}
