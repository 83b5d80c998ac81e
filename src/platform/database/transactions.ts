import { escapeLiteral } from 'pg';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
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

async function runAs<T>(dataSource: DataSource, surroundings: Surroundings, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  let transaction: Transaction;
  let result: T;
  try {
    transaction = await begin(runner, surroundings);
    result = await work(transaction);
    await runner.query('COMMIT');
  } catch (error) {
    // Where the connection is gone there is nobody to ask, and nothing was kept.
    await runner.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    await runner.release();
  }
  // Without the connection, because what follows may need one.
  await transaction.committed();
  return result;
}

/** One round trip begins it and sets all, and all ends with it: pooled connections carry nothing over, ours or a pooler's. */
async function begin(runner: QueryRunner, { role, orgId, timeoutMs }: Surroundings): Promise<Transaction> {
  await runner.query(
    `START TRANSACTION; SET LOCAL ROLE ${role}; SET LOCAL app.org_id = ${escapeLiteral(orgId)};
     SET LOCAL statement_timeout = ${timeoutMs}; SET LOCAL idle_in_transaction_session_timeout = ${timeoutMs}`,
  );
  // TypeORM has not begun it, but must know: it would begin another for whatever it writes by itself.
  Object.assign(runner, { isTransactionActive: true });
  return new Transaction(runner.manager);
}
