import { apiKeyIn } from '@countersign/resource-server';
import { tokenBearing, type GuardedRequest } from './guarded-request.js';

/** Finds the API key of a request, in `X-API-Key` or as a Bearer credential with the prefix of keys. */
export abstract class ApiKeyCarrier {
  recognise(request: GuardedRequest): string | undefined {
    return apiKeyIn(tokenBearing(request))?.carrier;
  }

  /** Of a request that was recognised. */
  protected keyOf(request: GuardedRequest): string {
    return apiKeyIn(tokenBearing(request))?.key ?? '';
  }
}
