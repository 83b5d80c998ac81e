// Owner: src/directory (usage)
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity } from './row-security.js';

export class Usage1763769600007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE usage_rollups, usage_days');
  }
}

const STATEMENTS = [
  // The digest is of the API and of every dimension: one row per kind of call and hour. Rows without an org are seen by operators only.
  `CREATE TABLE usage_rollups (
     hour timestamptz NOT NULL,
     digest bytea NOT NULL,
     api_id text COLLATE "C" NOT NULL REFERENCES api_resources ON DELETE CASCADE,
     org_id text COLLATE "C" REFERENCES orgs ON DELETE CASCADE,
     client_id text COLLATE "C",
     credential_id text COLLATE "C",
     grant_id text COLLATE "C",
     operation text COLLATE "C" NOT NULL,
     scopes text[] NOT NULL,
     result text COLLATE "C" NOT NULL,
     calls bigint NOT NULL CHECK (calls > 0),
     last_seen_at timestamptz NOT NULL,
     PRIMARY KEY (hour, digest)
   )`,
  'CREATE INDEX usage_rollups_org ON usage_rollups (org_id, hour, digest)',
  'CREATE INDEX usage_rollups_client ON usage_rollups (client_id, hour, digest)',
  'CREATE INDEX usage_rollups_api ON usage_rollups (api_id, hour)',
  ...forceRowSecurity('usage_rollups', { tenant: 'SELECT', platform: 'SELECT, INSERT, UPDATE, DELETE' }),
  // What an API has used of its day: its row is also the lock under which reports of one API are counted one after another.
  `CREATE TABLE usage_days (
     api_id text COLLATE "C" NOT NULL REFERENCES api_resources ON DELETE CASCADE,
     day date NOT NULL,
     operations text[] NOT NULL DEFAULT '{}',
     lines int NOT NULL DEFAULT 0,
     PRIMARY KEY (api_id, day)
   )`,
  'CREATE INDEX usage_days_day ON usage_days (day)',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON usage_days TO countersign_platform',
];
