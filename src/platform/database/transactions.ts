import { escapeLiteral, type ClientBase } from 'pg';
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

/** For one statement that reads: nothing is changed, so nothing can follow. */
class Question extends Transaction {
  override afterCommit(): never {
    throw new Error('Nothing is changed here that something could follow; use run().');
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
    return runAs(this.dataSource, this.surroundings(orgId), work);
  }

  /** For work that is one reading statement of a repository: all in one round trip. Whatever else it does is refused. */
  ask<T>(orgId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return askAs(this.dataSource, this.surroundings(orgId), work);
  }

  private surroundings(orgId: string): Surroundings {
    return { role: ROLES.tenant, orgId, timeoutMs: this.statementTimeoutMs };
  }
}

/** Opens transactions for what must cross organizations. A test in test/contract lists the modules that may. */
export class PlatformTransactions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statementTimeoutMs: number,
  ) {}

  run<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return runAs(this.dataSource, this.surroundings(), work);
  }

  /**
   * For work that sends everything at once and learns afterwards whether it was the first: where it answers false, nothing of it is kept.
   * @returns what the work answered
   */
  async attempt(work: (tx: Transaction) => Promise<boolean>): Promise<boolean> {
    try {
      return await this.run(async (tx) => {
        if (!(await work(tx))) throw new Overtaken();
        return true;
      });
    } catch (error) {
      if (error instanceof Overtaken) return false;
      throw error;
    }
  }

  /** For work that is one reading statement of a repository: all in one round trip. Whatever else it does is refused. */
  ask<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return askAs(this.dataSource, this.surroundings(), work);
  }

  private surroundings(): Surroundings {
    return { role: ROLES.platform, orgId: '', timeoutMs: this.statementTimeoutMs };
  }
}

/** Somebody was faster. */
class Overtaken extends Error {}

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
    const connection = (await runner.connect()) as ClientBase;
    try {
      [transaction, result] = await runOn(connection, runner, surroundings, work);
      await runner.query('COMMIT');
    } catch (error) {
      // Where the connection is gone there is nobody to ask, and nothing was kept.
      await runner.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  } finally {
    await runner.release();
  }
  // Without the connection, because what follows may need one.
  await transaction.committed();
  return result;
}

/** What begins the transaction is sent together with the first statement of the work; where it fails, PostgreSQL refuses that statement too. */
async function runOn<T>(
  connection: ClientBase,
  runner: QueryRunner,
  surroundings: Surroundings,
  work: (tx: Transaction) => Promise<T>,
): Promise<[Transaction, T]> {
  const begun = connection.query(opening(surroundings));
  // Heard below; until then nobody may be listening.
  begun.catch(() => undefined);
  // TypeORM has not begun it, but must know: it would begin another for whatever it writes by itself.
  Object.assign(runner, { isTransactionActive: true });
  const transaction = new Transaction(runner.manager);
  try {
    return [transaction, await work(transaction)];
  } finally {
    await begun;
  }
}

async function askAs<T>(dataSource: DataSource, surroundings: Surroundings, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    const connection = (await runner.connect()) as ClientBase;
    return await work(new Question(onlyStatement(connection, surroundings)));
  } finally {
    await runner.release();
  }
}

/**
 * Sent whole with the one statement: PostgreSQL answers the COMMIT of what has failed by rolling it back. It refuses statements that write,
 * because what comes after could not take them back any more.
 */
function onlyStatement(connection: ClientBase, surroundings: Surroundings): EntityManager {
  let isAsked = false;
  const query = async (text: string, values?: unknown[]): Promise<unknown[]> => {
    if (isAsked) throw new Error('This transaction is for one statement; use run().');
    isAsked = true;
    const [begun, answered, ended] = await Promise.allSettled([
      connection.query(opening(surroundings, 'READ ONLY')),
      connection.query<object>(text, values),
      connection.query('COMMIT'),
    ]);
    if (begun.status === 'rejected') throw begun.reason;
    if (answered.status === 'rejected') throw answered.reason;
    if (ended.status === 'rejected') throw ended.reason;
    return answered.value.rows;
  };
  // All that repositories which write SQL use of it.
  return { query } as unknown as EntityManager;
}

/** Begins it and sets all, and all ends with it: pooled connections carry nothing over, ours or a pooler's. */
function opening({ role, orgId, timeoutMs }: Surroundings, mode: 'READ WRITE' | 'READ ONLY' = 'READ WRITE'): string {
  return `START TRANSACTION ${mode}; SET LOCAL ROLE ${role}; SET LOCAL app.org_id = ${escapeLiteral(orgId)};
     SET LOCAL statement_timeout = ${timeoutMs}; SET LOCAL idle_in_transaction_session_timeout = ${timeoutMs}`;
}
