import { Injectable } from '@nestjs/common';
import { Configuration } from '../../platform/config/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { hostStandingOf } from './host-standing.policy.js';
import { looksLike } from './look-alike.policy.js';
import type { ThirdPartyApp } from './third-party-app.entity.js';
import { ThirdPartyAppsRepository } from './third-party-apps.repository.js';

/** CON-5: names of the apps that an operator has approved, or vouches for by their host. */
@Injectable()
export class ReviewedNames {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: ThirdPartyAppsRepository,
    private readonly configuration: Configuration,
  ) {}

  /** Whether people could take an app of this name for a reviewed one. @param id of the app itself, where it has one */
  async areLike(tx: Transaction, name: string, id?: string): Promise<boolean> {
    const others = (await this.repository.listVouchable(tx)).filter((app) => app.id !== id && this.isReviewed(app));
    return looksLike(
      name,
      others.map((app) => app.name),
    );
  }

  /** The same of an app that describes itself, whose document is new or has changed: a stored one keeps the name that people know it by. */
  areLikeNew(id: string, name: string): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const known = await this.repository.find(tx, id);
      return known?.name !== name && this.areLike(tx, name, id);
    });
  }

  private isReviewed({ id, state }: Pick<ThirdPartyApp, 'id' | 'state'>): boolean {
    const { CLIENT_ID_METADATA_DOCUMENTS: mode, CLIENT_ID_METADATA_HOSTS: hosts } = this.configuration.settings;
    return state === 'approved' || hostStandingOf(new URL(id).hostname, { mode, hosts }) === 'listed';
  }
}
