import type { Transaction } from './transactions.js';

/** Takes the named lock until the end of the transaction; false when another transaction holds it. */
export async function tryLock(tx: Transaction, name: string): Promise<boolean> {
  const [row] = await tx.manager.query<{ taken: boolean }[]>('SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS taken', [name]);
  return row?.taken ?? false;
}
