import type { QueryRunner } from 'typeorm';

/**
 * An index on a table that is written while it is built, such as the audit log, which every token waits for. For migrations with
 * `transaction = false`; may be run again after it was interrupted.
 * @param on table, columns and condition
 */
export async function buildIndex(runner: QueryRunner, name: string, on: string): Promise<void> {
  const interrupted = (await runner.query('SELECT 1 FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid', [
    name,
  ])) as object[];
  // What an interrupted build leaves is written to and never read.
  if (interrupted.length > 0) await runner.query(`DROP INDEX CONCURRENTLY ${name}`);
  await runner.query(`CREATE INDEX CONCURRENTLY IF NOT EXISTS ${name} ON ${on}`);
}
