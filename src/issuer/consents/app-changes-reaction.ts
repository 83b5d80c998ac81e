import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog, type AuditEvent, type AuditReaction } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { Consents } from './consents.service.js';

/** CIMD-8: whoever holds the keys that an app has given up gets nothing more by what it was given before. */
@Injectable()
export class AppChangesReaction implements AuditReaction, OnModuleInit {
  readonly name = 'consents-of-changed-apps';
  readonly actions = ['app.updated'];

  constructor(
    private readonly audit: AuditLog,
    private readonly consents: Consents,
  ) {}

  onModuleInit(): void {
    this.audit.addReaction(this);
  }

  async react(tx: Transaction, { target, details }: AuditEvent): Promise<void> {
    if (target && (details as { ends_grants?: boolean } | undefined)?.ends_grants) await this.consents.endGrantsOfApp(tx, target.id);
  }
}
