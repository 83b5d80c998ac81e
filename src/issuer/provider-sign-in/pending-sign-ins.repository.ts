import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';

export interface PendingSignIn {
  readonly digest: Buffer;
  readonly providerId: string;
  /** The browser that began it; no other may finish it. */
  readonly browser: string;
  readonly returnTo: string;
  /** Seconds; undefined: however old. */
  readonly maxAge: number | undefined;
}

export interface BegunSignIn {
  readonly return_to: string;
  readonly max_age: number | null;
  readonly begun_at: Date;
}

const LIFETIME = '10 minutes';

@Injectable()
export class PendingSignInsRepository {
  async insert(tx: Transaction, { digest, providerId, browser, returnTo, maxAge }: PendingSignIn): Promise<void> {
    await tx.manager.query(
      `INSERT INTO provider_sign_ins (digest, provider_id, browser, return_to, max_age, expires_at)
       VALUES ($1, $2, $3, $4, $5, now() + interval '${LIFETIME}')`,
      [digest, providerId, browser, returnTo, maxAge ?? null],
    );
  }

  /** Once, by the browser that began it, at the provider where it was begun: a mix-up finds nothing, and takes nothing away. */
  async spend(tx: Transaction, digest: Buffer, providerId: string, browser: string): Promise<BegunSignIn | undefined> {
    const [[row]] = await tx.manager.query<[BegunSignIn[], number]>(
      `DELETE FROM provider_sign_ins WHERE digest = $1 AND provider_id = $2 AND browser = $3 AND expires_at > now()
       RETURNING return_to, max_age, expires_at - interval '${LIFETIME}' AS begun_at`,
      [digest, providerId, browser],
    );
    return row;
  }

  async reap(tx: Transaction, limit: number): Promise<number> {
    const [rows] = await tx.manager.query<[unknown[], number]>(
      `DELETE FROM provider_sign_ins WHERE digest IN (SELECT digest FROM provider_sign_ins WHERE expires_at < now() LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1`,
      [limit],
    );
    return rows.length;
  }
}
