import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog, type AuditEvent, type AuditReaction } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { ClientSecrets } from '../credentials/index.js';
import { AppRecords } from './app-records.js';
import { ThirdPartyAppsRepository } from './third-party-apps.repository.js';

/** The apps of an organization stop with it, in every other organization too, and go when it goes. */
@Injectable()
export class PublisherReaction implements AuditReaction, OnModuleInit {
  readonly name = 'apps-of-a-stopped-publisher';
  readonly actions = ['org.suspended', 'org.deleted'];

  constructor(
    private readonly audit: AuditLog,
    private readonly repository: ThirdPartyAppsRepository,
    private readonly secrets: ClientSecrets,
    private readonly records: AppRecords,
  ) {}

  onModuleInit(): void {
    this.audit.addReaction(this);
  }

  async react(tx: Transaction, { action, target, actor, origin }: AuditEvent): Promise<void> {
    if (!target) return;
    const isGone = action === 'org.deleted';
    for (const app of await this.repository.listByPublisher(tx, target.id)) {
      if (isGone) {
        await this.secrets.deleteAll(tx, app.id);
        await this.repository.delete(tx, app.id);
      }
      await this.records.changed(tx, { actor, origin }, isGone ? 'app.deleted' : 'app.publisher_suspended', app);
    }
  }
}
