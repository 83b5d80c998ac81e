import { setTimeout as pause } from 'node:timers/promises';
import { DataSource, MigrationExecutor, QueryFailedError, type Migration, type QueryRunner } from 'typeorm';
import { MIGRATIONS } from '../../../migrations/index.js';

/** Any fixed number: the lock that lets one of many starting replicas migrate. */
const MIGRATION_LOCK = 7_262_911;
const MAX_WAIT_MS = 120_000;
const LOOK_MS = 100;
/** Who changes a table waits for those who use it, and all who come later wait behind, such as every token: not for long. */
const TABLE_LOCK_MS = 2_000;
const RETRY_MS = 1_000;
/** PostgreSQL: lock_not_available. */
const TABLE_IN_USE = '55P03';

/**
 * Brings the schema up to date as the owner: in one transaction, and after it what must not be in one, such as an index on a table
 * that is in use. The lock belongs to the connection, so a killed replica leaves none behind, and replicas that waited find
 * nothing left to do. The connection must not go through a transaction pooler.
 */
export async function migrate(url: string, runtimeLogin: string): Promise<string[]> {
  const dataSource = await new DataSource({
    type: 'postgres',
    url,
    migrations: MIGRATIONS,
    applicationName: 'countersign-migrate',
    extra: { max: 1 },
  }).initialize();
  const runner = dataSource.createQueryRunner();
  try {
    const deadline = Date.now() + MAX_WAIT_MS;
    await lock(runner, deadline);
    const together = await whenTablesAreFree(() => runTogether(dataSource, runner, runtimeLogin), deadline);
    const apart = await new Batch(dataSource, runner, false).executePendingMigrations();
    return [...together, ...apart].map(({ name }) => name);
  } finally {
    await runner.release();
    await dataSource.destroy();
  }
}

/** Asks again and again: a statement that waits would be a transaction, which an index that is built concurrently waits for. */
async function lock(runner: QueryRunner, deadline: number): Promise<void> {
  for (;;) {
    const [row] = (await runner.query('SELECT pg_try_advisory_lock($1) AS free', [MIGRATION_LOCK])) as { free: boolean }[];
    if (row?.free) return;
    if (Date.now() > deadline) throw new Error(`Another process has been migrating the database for ${MAX_WAIT_MS / 1000} s.`);
    await pause(LOOK_MS);
  }
}

async function whenTablesAreFree<T>(work: () => Promise<T>, deadline: number): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const { code } = (error instanceof QueryFailedError ? error.driverError : {}) as { code?: string };
      if (code !== TABLE_IN_USE || Date.now() > deadline) throw error;
      await pause(RETRY_MS);
    }
  }
}

function runTogether(dataSource: DataSource, runner: QueryRunner, runtimeLogin: string): Promise<Migration[]> {
  return runner.manager.transaction(async () => {
    await runner.query(`SELECT set_config('lock_timeout', $1, true)`, [String(TABLE_LOCK_MS)]);
    await runner.query(`SELECT set_config('countersign.runtime_login', $1, true)`, [runtimeLogin]);
    return new Batch(dataSource, runner, true).executePendingMigrations();
  });
}

/** Those migrations that may run in a transaction, or the others. */
class Batch extends MigrationExecutor {
  override transaction = 'none' as const;

  constructor(
    dataSource: DataSource,
    runner: QueryRunner,
    private readonly inTransaction: boolean,
  ) {
    super(dataSource, runner);
  }

  protected override getMigrations(): Migration[] {
    return super.getMigrations().filter(({ instance }) => (instance?.transaction ?? true) === this.inTransaction);
  }
}
