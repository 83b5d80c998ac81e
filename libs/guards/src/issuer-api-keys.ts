import type { ApiKeyVerifier, ExpectedApiKey, ResourceIdentity } from '@countersign/resource-server';
import { ApiKeyCarrier } from './api-key-carrier.js';
import type { Caller } from './caller.js';
import type { CallerCredential } from './caller-credential.js';
import type { GuardedRequest } from './guarded-request.js';

/** While revocations are out of date, all that the key holds decides: what the route needs is asked afterwards. */
const ALL: readonly string[] = [];

/**
 * API keys and personal access tokens that the issuer is asked about.
 * The address of a caller is the framework's `ip`, so that its own setting for trusted proxies counts.
 */
export class IssuerApiKeys extends ApiKeyCarrier implements CallerCredential {
  readonly name = 'api_key';

  constructor(private readonly verifier: ApiKeyVerifier) {
    super();
  }

  recall(request: GuardedRequest, resource: ResourceIdentity): Caller | undefined {
    return this.verifier.verifyRemembered(this.keyOf(request), expectedOf(request, resource));
  }

  prove(request: GuardedRequest, resource: ResourceIdentity): Promise<Caller> {
    return this.verifier.verify(this.keyOf(request), expectedOf(request, resource));
  }
}

function expectedOf(request: GuardedRequest, resource: ResourceIdentity): ExpectedApiKey {
  return { resource, scopes: ALL, sourceAddress: (request as { ip?: string }).ip };
}
