import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog, type AuditEvent, type AuditReaction } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { OrgsRepository } from './orgs.repository.js';

/** Ceilings name APIs by identifier; when the platform's own address changes, theirs follow. */
@Injectable()
export class MovedAudienceReaction implements AuditReaction, OnModuleInit {
  readonly name = 'moved-audience';
  readonly actions = ['api.updated'];

  constructor(
    private readonly audit: AuditLog,
    private readonly repository: OrgsRepository,
  ) {}

  onModuleInit(): void {
    this.audit.addReaction(this);
  }

  async react(tx: Transaction, { details }: AuditEvent): Promise<void> {
    const { previous_identifier: from, identifier: to } = details ?? {};
    if (typeof from === 'string' && typeof to === 'string') await this.repository.renameAudience(tx, from, to);
  }
}
