import { DataSource, MigrationExecutor } from 'typeorm';
import { MIGRATIONS } from '../../../migrations/index.js';

/** Any fixed number: the lock that lets one of many starting replicas migrate. */
const MIGRATION_LOCK = 7_262_911;

/**
 * Brings the schema up to date as the owner. The lock belongs to the transaction, so a killed replica leaves none behind,
 * and replicas that waited find nothing left to do.
 */
export async function migrate(url: string, runtimeLogin: string): Promise<string[]> {
  const dataSource = await new DataSource({
    type: 'postgres',
    url,
    migrations: MIGRATIONS,
    applicationName: 'countersign-migrate',
    extra: { max: 1, lock_timeout: 120_000 },
  }).initialize();
  try {
    return await dataSource.transaction(async ({ queryRunner }) => {
      if (!queryRunner) throw new Error('A transaction has a query runner.');
      await queryRunner.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      await queryRunner.query(`SELECT set_config('countersign.runtime_login', $1, true)`, [runtimeLogin]);
      const executor = new MigrationExecutor(dataSource, queryRunner);
      executor.transaction = 'none';
      return (await executor.executePendingMigrations()).map((migration) => migration.name);
    });
  } finally {
    await dataSource.destroy();
  }
}
