import { Injectable } from '@nestjs/common';
import { Configuration } from '../../../platform/config/index.js';
import { sourceNetwork } from '../../sessions/index.js';
import { RateLimiter, type RateLimitPolicy } from '../../../platform/rate-limit/index.js';

const WINDOW_SECONDS = 60;

/** SSRF-6: how often strangers can make us ask somebody else for something. */
@Injectable()
export class DocumentBudgets {
  private readonly perSource: RateLimitPolicy;
  private readonly perHost: RateLimitPolicy;

  constructor(
    private readonly limiter: RateLimiter,
    { settings }: Configuration,
  ) {
    const { RATE_LIMIT_METADATA_DOCUMENTS_PER_SOURCE: source, RATE_LIMIT_METADATA_DOCUMENTS_PER_HOST: host } = settings;
    this.perSource = { name: 'metadata-documents-source', limit: source, windowSeconds: WINDOW_SECONDS };
    this.perHost = { name: 'metadata-documents-host', limit: host, windowSeconds: WINDOW_SECONDS };
  }

  /** @returns seconds until it may be asked again; undefined where it may be asked now */
  async spend(host: string, asker: string | undefined): Promise<number | undefined> {
    // The source first: whoever has used up theirs takes nothing from the host's.
    if (asker !== undefined) {
      const own = await this.limiter.consume(this.perSource, sourceNetwork(asker));
      if (!own.allowed) return own.resetSeconds;
    }
    const all = await this.limiter.consume(this.perHost, host);
    return all.allowed ? undefined : all.resetSeconds;
  }
}
