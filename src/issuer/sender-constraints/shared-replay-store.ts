import { Injectable } from '@nestjs/common';
import type { ProofUse, ReplayStore } from '@countersign/resource-server';
import { AlreadyUsed, AuditWriter } from '../../platform/audit/index.js';

/** Proofs that came to our own APIs: every replica claims them in the database, many in one statement. */
@Injectable()
export class SharedReplayStore implements ReplayStore {
  constructor(private readonly writer: AuditWriter) {}

  async claim({ jkt, id, usableUntil }: ProofUse): Promise<boolean> {
    try {
      await this.writer.claim({ owner: `dpop ${jkt}`, value: id, expiresAt: usableUntil });
      return true;
    } catch (error) {
      if (error instanceof AlreadyUsed) return false;
      throw error;
    }
  }
}
