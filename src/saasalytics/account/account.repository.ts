import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';

export interface StoredAccount {
  readonly org_id: string;
  readonly display_name: string;
  readonly timezone: string;
  readonly currency: string;
  readonly billing_email: string | null;
  readonly plan: string;
  readonly created_at: Date;
  readonly updated_at: Date;
}

const COLUMNS = 'org_id, display_name, timezone, currency, billing_email, plan, created_at, updated_at';

@Injectable()
export class AccountRepository {
  /** The account; where there is none yet, one with defaults. */
  async getOrCreate(tx: Transaction, orgId: string, { forUpdate = false } = {}): Promise<StoredAccount> {
    const found = await this.find(tx, orgId, forUpdate);
    if (found) return found;
    await tx.manager.query('INSERT INTO analytics_accounts (org_id, display_name) VALUES ($1, $1) ON CONFLICT DO NOTHING', [orgId]);
    const made = await this.find(tx, orgId, forUpdate);
    if (!made) throw new Error('An account that was made a moment ago is gone.');
    return made;
  }

  async update(tx: Transaction, orgId: string, account: StoredAccount): Promise<StoredAccount> {
    const { display_name, timezone, currency, billing_email } = account;
    // TypeORM answers [rows, count] for an UPDATE; a SELECT from it answers rows.
    const [row] = await tx.manager.query<{ updated_at: Date }[]>(
      `WITH written AS (UPDATE analytics_accounts SET display_name = $2, timezone = $3, currency = $4, billing_email = $5, updated_at = now()
                        WHERE org_id = $1 RETURNING updated_at) SELECT updated_at FROM written`,
      [orgId, display_name, timezone, currency, billing_email],
    );
    if (!row) throw new Error('An account that was locked a moment ago is gone.');
    return { ...account, updated_at: row.updated_at };
  }

  /** Node and PostgreSQL bring zone tables of their own, and one may be older. */
  async isKnownTimezone(tx: Transaction, timezone: string): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>('SELECT FROM pg_timezone_names WHERE name = $1', [timezone]);
    return rows.length > 0;
  }

  private async find(tx: Transaction, orgId: string, forUpdate: boolean): Promise<StoredAccount | undefined> {
    const lock = forUpdate ? 'FOR UPDATE' : '';
    const [row] = await tx.manager.query<StoredAccount[]>(`SELECT ${COLUMNS} FROM analytics_accounts WHERE org_id = $1 ${lock}`, [orgId]);
    return row;
  }
}
