import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog, type AuditEvent, type AuditReaction } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { RefreshTokensRepository } from './refresh-tokens.repository.js';

/** A family ends with the code it came of when that is used twice. With the people it speaks for it ends by their consents. */
@Injectable()
export class FamiliesReaction implements AuditReaction, OnModuleInit {
  readonly name = 'refresh-families';
  readonly actions = ['authorization_code.reused'];

  constructor(
    private readonly audit: AuditLog,
    private readonly repository: RefreshTokensRepository,
  ) {}

  onModuleInit(): void {
    this.audit.addReaction(this);
  }

  async react(tx: Transaction, { target }: AuditEvent): Promise<void> {
    if (target) await this.repository.delete(tx, target.id);
  }
}
