import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';

@Injectable()
export class PushedRequestsRepository {
  async insert(tx: Transaction, digest: Buffer, clientId: string, parameters: string, lifetimeSeconds: number): Promise<void> {
    await tx.manager.query(
      'INSERT INTO pushed_requests (digest, client_id, parameters, expires_at) VALUES ($1, $2, $3, now() + make_interval(secs => $4))',
      [digest, clientId, parameters, lifetimeSeconds],
    );
  }

  /** For the first browser that brings it, and for that one again: people reload pages. */
  async use(tx: Transaction, digest: Buffer, clientId: string, browser: string): Promise<string | undefined> {
    const [row] = await tx.manager.query<{ parameters: string }[]>(
      `WITH used AS (UPDATE pushed_requests SET browser = $3
          WHERE digest = $1 AND client_id = $2 AND expires_at > now() AND (browser IS NULL OR browser = $3) RETURNING parameters) SELECT * FROM used`,
      [digest, clientId, browser],
    );
    return row?.parameters;
  }

  async reap(tx: Transaction, limit: number): Promise<number> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH dead AS (DELETE FROM pushed_requests WHERE digest IN
         (SELECT digest FROM pushed_requests WHERE expires_at < now() ORDER BY expires_at LIMIT $1) RETURNING 1) SELECT * FROM dead`,
      [limit],
    );
    return rows.length;
  }
}
