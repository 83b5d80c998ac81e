import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog, type AuditEvent, type AuditReaction } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { ServicePrincipalsRepository } from './service-principals.repository.js';

/** A scope that an API loses leaves every grant in the same transaction; the APIs' own announcement empties the caches. */
@Injectable()
export class RemovedScopesReaction implements AuditReaction, OnModuleInit {
  readonly name = 'removed-scopes';
  readonly actions = ['api.updated'];

  constructor(
    private readonly audit: AuditLog,
    private readonly repository: ServicePrincipalsRepository,
  ) {}

  onModuleInit(): void {
    this.audit.addReaction(this);
  }

  async react(tx: Transaction, { target, details }: AuditEvent): Promise<void> {
    const removed = (details?.['removed_scopes'] ?? []) as readonly string[];
    if (target && removed.length > 0) await this.repository.removeScopes(tx, target.id, removed);
  }
}
