import { Injectable } from '@nestjs/common';
import { Changes } from '../../platform/changes/index.js';
import { ClientCache } from '../credentials/index.js';
import { TrustTransactions } from './trust-transactions.js';
import type { TrustedIssuer } from './trusted-issuer.entity.js';
import { TrustedIssuersRepository } from './trusted-issuers.repository.js';

/** Key of the entries that belong to no organization. */
const PLATFORM = 'platform';

interface TrustOfOwner {
  readonly orgId: string | undefined;
  readonly byIssuer: ReadonlyMap<string, TrustedIssuer>;
}

/** Trusted issuers as the token endpoint asks for them, kept in memory until they change. */
@Injectable()
export class TrustedIssuerSource {
  private readonly cache = new ClientCache<TrustOfOwner>((key) => this.load(key));

  constructor(
    private readonly transactions: TrustTransactions,
    private readonly repository: TrustedIssuersRepository,
    private readonly changes: Changes,
  ) {
    const forget = (key: string | undefined): void => (key === undefined ? this.cache.forgetAll() : this.cache.forget(key));
    changes.on('trusted_issuers', forget);
    changes.on('orgs', forget);
  }

  /** @param owner an organization, or null for the platform */
  async find(owner: string | null, issuer: string): Promise<TrustedIssuer | undefined> {
    const key = keyOf(owner);
    // A replica that may have missed changes asks the database: a rule that was deleted elsewhere must let nobody in.
    const trust = await (this.changes.isCurrent() ? this.cache.find(key) : this.cache.findFresh(key));
    return trust?.byIssuer.get(issuer);
  }

  /** An organization's rows are read as that organization, so no query can bring those of another. */
  private async load(key: string): Promise<TrustOfOwner | undefined> {
    const owner = key === PLATFORM ? null : key;
    const trusts = await this.transactions.run(owner, (tx) => this.repository.listAll(tx, owner));
    if (trusts.length === 0) return undefined;
    return { orgId: owner ?? undefined, byIssuer: new Map(trusts.map((trust) => [trust.issuer, trust])) };
  }
}

export function keyOf(owner: string | null): string {
  return owner ?? PLATFORM;
}
