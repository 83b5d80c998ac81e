import type { ApiKeyVerifier, ResourceIdentity } from '@countersign/resource-server';
import { ApiKeyCarrier } from './api-key-carrier.js';
import type { Caller } from './caller.js';
import type { CallerCredential } from './caller-credential.js';
import type { GuardedRequest } from './guarded-request.js';

/**
 * API keys and personal access tokens that the issuer is asked about.
 * The address of a caller is the framework's `ip`, so that its own setting for trusted proxies counts.
 */
export class IssuerApiKeys extends ApiKeyCarrier implements CallerCredential {
  readonly name = 'api_key';

  constructor(private readonly verifier: ApiKeyVerifier) {
    super();
  }

  prove(request: GuardedRequest, resource: ResourceIdentity): Promise<Caller> {
    const { ip } = request as { ip?: string };
    return this.verifier.verify(this.keyOf(request), { resource, scopes: [], sourceAddress: ip });
  }
}
