import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Client } from '@countersign/oauth';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { Reaper } from '../../platform/reaper/index.js';
import { changedFields, SYSTEM_ACT } from '../administration/index.js';
import { missingKeys } from '../credentials/index.js';
import { AppClientsRepository } from './app-clients.repository.js';
import type { AppDescription } from './app-description.js';
import { AppRecords } from './app-records.js';
import { fingerprintOf } from './fingerprint.policy.js';
import { ThirdPartyApp } from './third-party-app.entity.js';
import { ThirdPartyAppsRepository } from './third-party-apps.repository.js';

/** How long one stays that nobody uses. */
const UNUSED_DAYS = 1;
/** Each leaves an event, so a batch is small. */
const REAPED_AT_ONCE = 100;

/** Apps that describe themselves by a document, as they are stored: once somebody has allowed, asked for or listed them. */
@Injectable()
export class SelfDescribedApps implements OnModuleInit {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: ThirdPartyAppsRepository,
    private readonly clients: AppClientsRepository,
    private readonly records: AppRecords,
    private readonly reaper: Reaper,
  ) {}

  onModuleInit(): void {
    this.reaper.add({ name: 'metadata_document_apps', reap: (tx, limit) => this.reap(tx, Math.min(limit, REAPED_AT_ONCE)) });
  }

  /** As the issuer would know it, although nothing of it is stored. */
  clientOf(id: string, description: AppDescription): Client {
    return this.clients.fromApp(newApp(id, description));
  }

  /** Stores it unless it is there already. */
  keep(id: string, description: AppDescription): Promise<void> {
    const app = newApp(id, description);
    return this.transactions.run(async (tx) => {
      if (!(await this.repository.insertNew(tx, app))) return;
      await this.records.changed(tx, SYSTEM_ACT, 'app.registered', app, { after: this.records.factsOf(app) });
    });
  }

  /**
   * Writes down what its document says now; where it says the same as before, nothing.
   * @param readAt before the document was asked for: what was written since is newer than what was read
   * @returns whether it is another one now than it may be remembered
   */
  update(id: string, description: AppDescription, readAt: Date): Promise<boolean> {
    return this.transactions.run(async (tx) => {
      const app = await this.repository.findForUpdate(tx, id);
      if (app?.registration !== 'metadata_document' || app.updatedAt > readAt) return true;
      const [before, looks, keys] = [this.records.factsOf(app), fingerprintOf(app), app.jwks?.keys ?? []];
      Object.assign(app, description);
      const isAnother = fingerprintOf(app) !== looks;
      const changed = changedFields(before, this.records.factsOf(app));
      if (!changed && !isAnother) return false;
      // What a reviewer has approved is not what it says now.
      if (isAnother && app.state === 'approved') app.state = 'draft';
      app.updatedAt = new Date();
      await this.repository.update(tx, app);
      const removed_keys = await missingKeys(keys, app.jwks?.keys ?? []);
      const ends_grants = removed_keys.length > 0 || ['auth_method', 'jwks_uri'].some((field) => field in (changed?.after ?? {}));
      await this.records.changed(tx, SYSTEM_ACT, 'app.updated', app, { ...changed, removed_keys, ends_grants });
      return true;
    });
  }

  /** Those that nobody has allowed, listed or asked for a day; a suspended one is remembered. */
  private async reap(tx: Transaction, limit: number): Promise<number> {
    const gone = await this.repository.deleteUnused(tx, 'metadata_document', UNUSED_DAYS, limit);
    for (const app of gone) await this.records.changed(tx, SYSTEM_ACT, 'app.expired', app);
    return gone.length;
  }
}

function newApp(id: string, description: AppDescription): ThirdPartyApp {
  const now = new Date();
  return Object.assign(new ThirdPartyApp(), {
    ...description,
    id,
    publisherOrgId: null,
    kind: 'agent' as const,
    registration: 'metadata_document' as const,
    // Nobody has looked at it.
    state: 'draft' as const,
    reviewNote: null,
    redirectUris: [...description.redirectUris],
    grantTypes: [...description.grantTypes],
    postLogoutRedirectUris: [],
    // Whatever such apps may ask for at the time: see AppGrants.
    grants: [],
    dpopBoundAccessTokens: false,
    createdBy: null,
    unusedSince: now,
    createdAt: now,
    updatedAt: now,
  });
}
