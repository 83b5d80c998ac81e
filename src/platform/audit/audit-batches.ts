import { Inject, Injectable } from '@nestjs/common';
import { DatabaseConnectionToken, openPlatformSession, type DatabaseSession } from '../database/index.js';
import { INSERT_BATCH, INSERT_CLAIMING_BATCH, batchParameters, claimParameters, type Claim } from './audit-batch.repository.js';
import type { AuditRow } from './audit-row.js';

/**
 * Commits batches of audit rows on a connection of its own, each as one statement: a transaction of four statements would
 * wait for four turns of a busy event loop, and every token with it.
 */
@Injectable()
export class AuditBatches {
  private session: DatabaseSession | undefined;

  constructor(@Inject(DatabaseConnectionToken) private readonly connection: DatabaseConnectionToken) {}

  /**
   * Durable when it resolves. A row whose single-use value was presented before is left out.
   * @returns by index of the rows that were left out: the owner of the value
   */
  async commit(rows: readonly AuditRow[], claims: readonly Claim[]): Promise<ReadonlyMap<number, string>> {
    const session = (this.session ??= await openPlatformSession(this.connection.listenUrl, 'countersign-audit'));
    try {
      if (claims.length === 0) {
        await session.query({ name: 'audit-batch', text: INSERT_BATCH, values: batchParameters(rows) });
        return NONE;
      }
      const { rows: lost } = await session.query<{ row: number; owner: string }>(INSERT_CLAIMING_BATCH, [
        ...batchParameters(rows),
        ...claimParameters(claims),
      ]);
      return new Map(lost.map(({ row, owner }) => [row, owner]));
    } catch (error) {
      await this.letGo(session, error);
      throw error;
    }
  }

  /** After the last batch. */
  async close(): Promise<void> {
    await this.session?.end().catch(() => undefined);
  }

  /** A refused statement leaves the connection usable; anything else may have left it in the middle of an answer. */
  private async letGo(session: DatabaseSession, error: unknown): Promise<void> {
    const refused =
      /^[0-9A-Z]{5}$/.test(String((error as { code?: unknown }).code)) && !String((error as { code?: unknown }).code).startsWith('57P');
    if (refused) return;
    this.session = undefined;
    await session.end().catch(() => undefined);
  }
}

const NONE: ReadonlyMap<number, string> = new Map();
