import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ApiKeyCarrier, type Caller, type CallerCredential, type GuardedRequest } from '@countersign/guards';
import { apiKeyRefused, type ResourceIdentity, type ResourceRequestRefused } from '@countersign/resource-server';
import { Configuration } from '../../platform/config/index.js';
import { httpProblem } from '../../platform/http/index.js';
import { RateLimiter, type RateLimitPolicy } from '../../platform/rate-limit/index.js';
import { LastUsed } from '../credentials/index.js';
import type { ApiKeyFacts } from './api-key-facts.js';
import { ApiKeyRefusals } from './api-key-refusals.js';
import { publicRefusal, refusalOf, type ApiKeyRefusalReason } from './api-key-use.policy.js';
import { KnownApiKeys } from './known-api-keys.js';

/** API keys and personal access tokens at the guards of this process: everything that may have changed is judged on every request. */
@Injectable()
export class ApiKeyCredential extends ApiKeyCarrier implements CallerCredential {
  readonly name = 'api_key';
  private readonly failures: RateLimitPolicy;

  constructor(
    private readonly keys: KnownApiKeys,
    private readonly lastUsed: LastUsed,
    private readonly refusals: ApiKeyRefusals,
    private readonly limiter: RateLimiter,
    { settings }: Configuration,
  ) {
    super();
    this.failures = { name: 'authentication-failures', limit: settings.RATE_LIMIT_FAILURES_PER_SOURCE, windowSeconds: 60 };
  }

  /** The hot path: a key that is in memory needs no promise. */
  recall(request: GuardedRequest, resource: ResourceIdentity): Caller | undefined {
    const key = this.keys.recall(this.keyOf(request));
    return key && this.judge(key, request, resource);
  }

  async prove(request: GuardedRequest, resource: ResourceIdentity): Promise<Caller> {
    const key = await this.keys.find(this.keyOf(request));
    if (!key) throw await this.refuseUnknown(request, resource);
    return this.judge(key, request, resource);
  }

  private judge(key: ApiKeyFacts, request: GuardedRequest, resource: ResourceIdentity): Caller {
    const sourceAddress = addressOf(request);
    const now = Date.now();
    const reason = refusalOf(key, { audience: resource.identifier, sourceAddress, now });
    if (reason !== undefined) throw this.refuseKnown(key, reason, sourceAddress, resource);
    this.lastUsed.record(key.id, now);
    return key.caller;
  }

  // KEYS-5: who sent the key learns that it expired, or nothing.
  private refuseKnown(key: ApiKeyFacts, reason: ApiKeyRefusalReason, source: string, resource: ResourceIdentity): ResourceRequestRefused {
    this.refusals.count(key, reason, source);
    return apiKeyRefused(resource, publicRefusal(reason), reason);
  }

  private async refuseUnknown(request: GuardedRequest, resource: ResourceIdentity): Promise<Error> {
    const source = addressOf(request);
    this.refusals.countUnknown(source);
    const { allowed, resetSeconds } = await this.limiter.consume(this.failures, source);
    if (allowed) return apiKeyRefused(resource, publicRefusal(undefined), 'api_key_unknown');
    return httpProblem('rate_limited', 'Too many unknown API keys from this address. Check the key.', {
      headers: { 'retry-after': String(resetSeconds) },
    });
  }
}

function addressOf(request: GuardedRequest): string {
  return (request as unknown as FastifyRequest).ip;
}
