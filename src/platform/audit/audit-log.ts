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
  /** All events of one change together, for who can do it in a few statements. */
  reactToAll?(tx: Transaction, events: readonly AuditEvent[]): Promise<void>;
  /**
   * Locks the rows that it will change, before any reaction tells others of a change: whoever holds what all writers wait for, the version
   * of a topic, never waits for a row.
   */
  prepare?(tx: Transaction, events: readonly AuditEvent[]): Promise<void>;
}

/** Records state changes: the event is a row of the change's own transaction. */
@Injectable()
export class AuditLog {
  private readonly reactions: AuditReaction[] = [];

  constructor(private readonly repository: AuditRepository) {}

  addReaction(reaction: AuditReaction): void {
    this.reactions.push(reaction);
  }

  record(tx: Transaction, event: AuditEvent): Promise<void> {
    return this.recordAll(tx, [event]);
  }

  /** Many events of one change, in one statement. */
  async recordAll(tx: Transaction, events: readonly AuditEvent[]): Promise<void> {
    if (events.length === 0) return;
    await this.repository.insert(
      tx,
      events.map((event) => auditRow(event)),
    );
    const concerned = this.reactions
      .map((reaction) => ({ reaction, heard: events.filter(({ action }) => reaction.actions.includes(action)) }))
      .filter(({ heard }) => heard.length > 0);
    for (const { reaction, heard } of concerned) await reaction.prepare?.(tx, heard);
    for (const { reaction, heard } of concerned) {
      if (reaction.reactToAll) await reaction.reactToAll(tx, heard);
      else for (const event of heard) await reaction.react(tx, event);
    }
  }
}
