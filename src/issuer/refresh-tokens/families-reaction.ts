import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog, type AuditEvent, type AuditReaction } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { RefreshTokensRepository } from './refresh-tokens.repository.js';

/** RT-7: families end with the code they came of when that is used twice, and with the people they speak for. */
@Injectable()
export class FamiliesReaction implements AuditReaction, OnModuleInit {
  readonly name = 'refresh-families';
  readonly actions = ['authorization_code.reused', 'user.disabled', 'user.password_changed', 'member.disabled'];

  constructor(
    private readonly audit: AuditLog,
    private readonly repository: RefreshTokensRepository,
  ) {}

  onModuleInit(): void {
    this.audit.addReaction(this);
  }

  async react(tx: Transaction, { action, target, orgId, details }: AuditEvent): Promise<void> {
    if (action === 'authorization_code.reused') {
      if (target) await this.repository.delete(tx, target.id);
      return;
    }
    // Whoever had to reset the password may not be the one who signed in before; whoever just changes it is.
    if (action === 'user.password_changed' && details?.['by'] !== 'reset_link') return;
    const userId = action.startsWith('user.') ? target?.id : details?.['user_id'];
    if (typeof userId === 'string') await this.repository.deleteOfUser(tx, userId, orgId);
  }
}
