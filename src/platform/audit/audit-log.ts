import { Injectable } from '@nestjs/common';
import type { Transaction } from '../database/index.js';
import type { AuditEvent } from './audit-event.js';
import { AuditRepository } from './audit.repository.js';
import { auditRow } from './audit-row.js';

/** Something that must happen in the same transaction as an event, such as the revocation of a disabled principal's tokens. */
export interface AuditReaction {
  readonly name: string;
  readonly actions: readonly string[];
  react(tx: Transaction, event: AuditEvent): Promise<void>;
}

/** Records state changes: the event is a row of the change's own transaction. */
@Injectable()
export class AuditLog {
  private readonly reactions: AuditReaction[] = [];

  constructor(private readonly repository: AuditRepository) {}

  addReaction(reaction: AuditReaction): void {
    this.reactions.push(reaction);
  }

  async record(tx: Transaction, event: AuditEvent): Promise<void> {
    await this.repository.insert(tx, [auditRow(event)]);
    for (const reaction of this.reactions) {
      if (reaction.actions.includes(event.action)) await reaction.react(tx, event);
    }
  }
}
