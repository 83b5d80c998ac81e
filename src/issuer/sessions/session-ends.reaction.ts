import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog, type AuditEvent, type AuditReaction } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { Reaper } from '../../platform/reaper/index.js';
import { SessionsRepository } from './sessions.repository.js';

/** What ends sessions beside the people themselves and time: in the transaction of the change, so on all replicas at once. */
@Injectable()
export class SessionEnds implements AuditReaction, OnModuleInit {
  readonly name = 'session-ends';
  readonly actions = ['user.disabled', 'user.password_changed'];

  constructor(
    private readonly audit: AuditLog,
    private readonly reaper: Reaper,
    private readonly repository: SessionsRepository,
  ) {}

  onModuleInit(): void {
    this.audit.addReaction(this);
    this.reaper.add({ name: 'sessions', reap: (tx, limit) => this.repository.reap(tx, limit) });
  }

  async react(tx: Transaction, { target }: AuditEvent): Promise<void> {
    if (target) await this.repository.deleteOfUser(tx, target.id);
  }
}
