import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Changes } from '../../platform/changes/index.js';
import { isId } from '../../platform/crypto/index.js';
import { PlatformTransactions } from '../../platform/database/index.js';
import { OrgsRepository } from './orgs.repository.js';

const MAX_ORGS = 10_000;
/** Only the safety net: every change is announced. */
const KNOWN_MS = 60_000;

/** Which organizations are active, kept in memory until they change. */
@Injectable()
export class ActiveOrgs {
  private readonly known = new LRUCache<string, boolean>({ max: MAX_ORGS, ttl: KNOWN_MS });
  private changed = 0;

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: OrgsRepository,
    private readonly changes: Changes,
  ) {
    changes.on('orgs', (id) => {
      this.changed++;
      if (id === undefined) this.known.clear();
      else this.known.delete(id);
    });
  }

  async has(orgId: string): Promise<boolean> {
    if (!isId(orgId, 'org')) return false;
    // A replica that may have missed changes asks the database: an organization that was suspended elsewhere must not pass.
    const known = this.changes.isCurrent() ? this.known.get(orgId) : undefined;
    return known ?? this.load(orgId);
  }

  private async load(orgId: string): Promise<boolean> {
    const before = this.changed;
    const active = (await this.transactions.run((tx) => this.repository.find(tx, orgId)))?.isActive() ?? false;
    // What changed while it was read is not remembered.
    if (before === this.changed) this.known.set(orgId, active);
    return active;
  }
}
