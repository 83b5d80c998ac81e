import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { CatalogueApi } from '../../directory/api-resources/index.js';
import { RevocationFeedDocuments } from './revocation-feed-documents.js';
import { matchesEtag } from './revocation-feed.policy.js';
import { Revocations } from './revocations.service.js';

/** A fleet that starts together is served by one signature. */
const KEPT_MS = 1_000;
const MAX_KEPT = 50;

export interface SnapshotAnswer {
  readonly etag: string;
  /** A compact JWS; undefined where the caller has these contents already. */
  readonly body: string | undefined;
}

/** Everything that is revoked and can concern one API. */
@Injectable()
export class RevocationFeedSnapshots {
  private readonly kept = new LRUCache<string, Promise<string>>({ max: MAX_KEPT, ttl: KEPT_MS, ttlAutopurge: true });

  constructor(
    private readonly documents: RevocationFeedDocuments,
    private readonly revocations: Revocations,
  ) {}

  async get(api: CatalogueApi, ifNoneMatch: string | undefined): Promise<SnapshotAnswer> {
    // A snapshot says "this is all, up to now": it is not signed while that is not known.
    await this.revocations.ensureCurrent();
    const etag = this.documents.etagOf(api);
    return { etag, body: matchesEtag(ifNoneMatch, etag) ? undefined : await this.signed(api, etag) };
  }

  private signed(api: CatalogueApi, etag: string): Promise<string> {
    const key = `${api.id} ${etag}`;
    let signed = this.kept.get(key);
    if (!signed) {
      signed = this.documents.snapshot(api);
      this.kept.set(key, signed);
      signed.catch(() => this.kept.delete(key));
    }
    return signed;
  }
}
