import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
import { createDatabase } from '../../../src/platform/database/connection.js';
import type { Environment } from './product.js';

/** A database of its own on the tests' cluster, made from nothing: no schema, no keys, no demo. */
export class EmptyDatabase {
  private constructor(
    readonly name: string,
    private readonly superuserUrl: string,
    readonly settings: Environment & { DATABASE_URL: string; MIGRATION_DATABASE_URL: string },
  ) {}

  static async create(): Promise<EmptyDatabase> {
    const { superuserUrl, ownerUrl, runtimeUrl } = inject('cluster');
    const name = `e_${randomBytes(6).toString('hex')}`;
    // The roles are there already and keep their passwords.
    await createDatabase(superuserUrl, name, { owner: '', runtime: '' });
    const within = (url: string): string => Object.assign(new URL(url), { pathname: `/${name}` }).href;
    return new EmptyDatabase(name, superuserUrl, { DATABASE_URL: within(runtimeUrl), MIGRATION_DATABASE_URL: within(ownerUrl) });
  }

  /** As the superuser. */
  sql<T extends object>(text: string, values?: unknown[]): Promise<T[]> {
    return query(Object.assign(new URL(this.superuserUrl), { pathname: `/${this.name}` }).href, text, values);
  }

  async drop(): Promise<void> {
    await query(this.superuserUrl, `DROP DATABASE ${this.name} WITH (FORCE)`);
  }
}

async function query<T extends object>(connectionString: string, text: string, values?: unknown[]): Promise<T[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
}
