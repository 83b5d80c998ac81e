import { str } from 'envalid';
import { positiveInteger, postgresUrl } from './setting-types.js';

export const databaseSettings = {
  DATA_DIR: str({ desc: 'Folder for generated keys, demo.json and the embedded PostgreSQL.', default: '.countersign' }),
  DATABASE_URL: postgresUrl({
    desc: 'PostgreSQL 15 to 18 as the runtime login; absent outside production: an embedded PostgreSQL is started.',
    example: 'postgres://countersign_app:…@db/countersign',
    default: undefined,
    requiredWhen: inProduction,
  }),
  MIGRATION_DATABASE_URL: postgresUrl({
    desc: 'The same database as the owner of the tables, used only to migrate.',
    default: undefined,
    requiredWhen: inProduction,
  }),
  DATABASE_LISTEN_URL: postgresUrl({
    desc: 'Direct connection for LISTEN where DATABASE_URL goes through a transaction pooler.',
    default: undefined,
  }),
  DATABASE_POOL_SIZE: positiveInteger({ desc: 'Connections in the pool of one process.', default: 10 }),
  DATABASE_STATEMENT_TIMEOUT_MS: positiveInteger({ desc: 'Longest time one statement may take, in milliseconds.', default: 10_000 }),
};

function inProduction(env: Record<string, unknown>): boolean {
  return env['NODE_ENV'] === 'production';
}
