import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import type { RedirectRequest, SavedRequest } from './saved-request.js';

@Injectable()
export class InteractionsRepository {
  async insert(tx: Transaction, digest: Buffer, browser: string, request: SavedRequest, lifetimeSeconds: number): Promise<void> {
    await tx.manager.query(
      `INSERT INTO authorization_interactions (digest, browser, client_id, request, expires_at) VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))`,
      [digest, browser, request.clientId, JSON.stringify(request), lifetimeSeconds],
    );
  }

  /** Only while it waits, and only for the browser in which it began. */
  async findWaiting(tx: Transaction, digest: Buffer, browser: string): Promise<SavedRequest | undefined> {
    const [row] = await tx.manager.query<{ request: SavedRequest | Omit<RedirectRequest, 'way'> }[]>(
      'SELECT request FROM authorization_interactions WHERE digest = $1 AND browser = $2 AND answered_at IS NULL AND expires_at > now()',
      [digest, browser],
    );
    // What was saved before there were other ways does not say which it takes.
    return row && ('way' in row.request ? row.request : { way: 'redirect', ...row.request });
  }

  /** False where it was answered already. */
  async close(tx: Transaction, digest: Buffer): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH closed AS (UPDATE authorization_interactions SET answered_at = now() WHERE digest = $1 AND answered_at IS NULL RETURNING 1) SELECT * FROM closed`,
      [digest],
    );
    return rows.length > 0;
  }

  async reap(tx: Transaction, limit: number): Promise<number> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH dead AS (DELETE FROM authorization_interactions WHERE digest IN
         (SELECT digest FROM authorization_interactions WHERE expires_at < now() ORDER BY expires_at LIMIT $1) RETURNING 1) SELECT * FROM dead`,
      [limit],
    );
    return rows.length;
  }
}
