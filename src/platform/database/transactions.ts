import { DataSource, type EntityManager } from 'typeorm';
import { ROLES } from './roles.js';

/** An open transaction. Repositories use `manager`; what must follow the commit is said with `afterCommit`. */
export class Transaction {
  private readonly followers: Array<() => void | Promise<void>> = [];

  constructor(readonly manager: EntityManager) {}

  /** Runs after the commit and before the caller hears of it; never after a rollback. */
  afterCommit(follower: () => void | Promise<void>): void {
    this.followers.push(follower);
  }

  async committed(): Promise<void> {
    for (const follower of this.followers) await follower();
  }
}

/** Opens transactions that see the rows of one organization and nothing else. */
export class TenantTransactions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statementTimeoutMs: number,
  ) {}

  /** @param orgId comes from the verified caller or from a checked path, never from a body. */
  run<T>(orgId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return runAs(this.dataSource, { role: ROLES.tenant, orgId, timeoutMs: this.statementTimeoutMs }, work);
  }
}

/** Opens transactions for what must cross organizations. A test in test/contract lists the modules that may. */
export class PlatformTransactions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statementTimeoutMs: number,
  ) {}

  run<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return runAs(this.dataSource, { role: ROLES.platform, orgId: '', timeoutMs: this.statementTimeoutMs }, work);
  }
}

interface Surroundings {
  readonly role: string;
  readonly orgId: string;
  readonly timeoutMs: number;
}

const SETTINGS = `SELECT set_config('role', $1, true), set_config('app.org_id', $2, true),
  set_config('statement_timeout', $3, true), set_config('idle_in_transaction_session_timeout', $3, true)`;

async function runAs<T>(
  dataSource: DataSource,
  { role, orgId, timeoutMs }: Surroundings,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  let transaction: Transaction | undefined;
  const result = await dataSource.transaction(async (manager) => {
    // One round trip sets all, and all end with the transaction: pooled connections carry nothing over, ours or a pooler's.
    await manager.query(SETTINGS, [role, orgId, String(timeoutMs)]);
    transaction = new Transaction(manager);
    return work(transaction);
  });
  await transaction?.committed();
  return result;
}
