import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Settings } from '../config/index.js';
import { startEmbeddedPostgres } from './embedded/index.js';
import { createRolesSql, identifier, ROLES, RUNTIME_LOGIN } from './roles.js';

/** Where the database is, and how to let go of it. */
export interface DatabaseConnection {
  readonly runtimeUrl: string;
  readonly migrationUrl: string;
  readonly listenUrl: string;
  readonly embedded: boolean;
  stop(): Promise<void>;
}

/** The configured database, or an embedded PostgreSQL with its roles and database made. */
export async function connectDatabase(settings: Settings, progress: (line: string) => void): Promise<DatabaseConnection> {
  const runtimeUrl = settings.DATABASE_URL?.reveal();
  if (!runtimeUrl) return startEmbedded(settings.DATA_DIR, progress);
  return {
    runtimeUrl,
    migrationUrl: settings.MIGRATION_DATABASE_URL?.reveal() ?? runtimeUrl,
    listenUrl: settings.DATABASE_LISTEN_URL?.reveal() ?? runtimeUrl,
    embedded: false,
    stop: async () => undefined,
  };
}

async function startEmbedded(dataDir: string, progress: (line: string) => void): Promise<DatabaseConnection> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const cluster = await startEmbeddedPostgres({ dataDir, progress });
  const passwords = loadPasswords(join(dataDir, 'database-logins.json'));
  const database = 'countersign';
  await createDatabase(cluster.superuserUrl, database, passwords);
  const runtimeUrl = cluster.urlFor({ user: RUNTIME_LOGIN, password: passwords.runtime, database });
  const migrationUrl = cluster.urlFor({ user: ROLES.owner, password: passwords.owner, database });
  return { runtimeUrl, migrationUrl, listenUrl: runtimeUrl, embedded: true, stop: () => cluster.stop() };
}

interface Passwords {
  owner: string;
  runtime: string;
}

function loadPasswords(path: string): Passwords {
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Passwords;
  const passwords = { owner: randomBytes(24).toString('base64url'), runtime: randomBytes(24).toString('base64url') };
  writeFileSync(path, JSON.stringify(passwords), { mode: 0o600 });
  return passwords;
}

/** Makes roles and database as the superuser; nothing happens where they exist. */
export async function createDatabase(superuserUrl: string, database: string, passwords: Passwords): Promise<void> {
  const client = new Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    const logins = {
      owner: { name: ROLES.owner, password: passwords.owner },
      runtime: { name: RUNTIME_LOGIN, password: passwords.runtime },
    };
    for (const statement of createRolesSql(logins)) await client.query(statement);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [database]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${identifier(database)} OWNER ${ROLES.owner}`);
  } finally {
    await client.end();
  }
}
