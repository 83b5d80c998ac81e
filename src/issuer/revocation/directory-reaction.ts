import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { RevocationKind } from '@countersign/resource-server';
import { AuditLog, type AuditEvent, type AuditReaction } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { Revocations } from './revocations.service.js';

/** What each change of the directory kills: the tokens with this handle that were issued up to now. */
const KILLS: Readonly<Record<string, RevocationKind>> = {
  'service_principal.disabled': 'client',
  'service_principal.deleted': 'client',
  'service_principal.secret.deleted': 'credential',
  'org.suspended': 'org',
  'org.deleted': 'org',
};

/** A change of the directory that must act on tokens does so in its own transaction. */
@Injectable()
export class DirectoryReaction implements AuditReaction, OnModuleInit {
  readonly name = 'revocation';
  readonly actions = Object.keys(KILLS);

  constructor(
    private readonly audit: AuditLog,
    private readonly revocations: Revocations,
  ) {}

  onModuleInit(): void {
    this.audit.addReaction(this);
  }

  async react(tx: Transaction, { action, target, orgId }: AuditEvent): Promise<void> {
    const kind = KILLS[action];
    if (kind && target) await this.revocations.revoke(tx, { kind, value: target.id, orgId });
  }
}
