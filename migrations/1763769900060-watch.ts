// Owner: src/directory/watch
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity } from './row-security.js';

export class Watch1763769900060 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE client_habits, watch_progress');
  }
}

const STATEMENTS = [
  // What is known of a client on the data of one organization: its figures of the current hour, and what is normal for it. One row each,
  // of bounded size, however much it does. The key names "no organization" by an empty text, because a key holds no NULL.
  `CREATE TABLE client_habits (
     client_id text COLLATE "C" NOT NULL,
     org_key text COLLATE "C" NOT NULL GENERATED ALWAYS AS (COALESCE(org_id, '')) STORED,
     org_id text COLLATE "C" REFERENCES orgs ON DELETE CASCADE,
     client_name text,
     first_seen_at timestamptz NOT NULL,
     hour timestamptz NOT NULL,
     figures jsonb NOT NULL,
     habits jsonb NOT NULL,
     expires_at timestamptz NOT NULL,
     PRIMARY KEY (client_id, org_key)
   ) WITH (fillfactor = 80)`,
  'CREATE INDEX client_habits_org ON client_habits (org_id) WHERE org_id IS NOT NULL',
  'CREATE INDEX client_habits_expiry ON client_habits (expires_at)',
  ...forceRowSecurity('client_habits', { tenant: 'SELECT', platform: 'SELECT, INSERT, UPDATE, DELETE' }),
  // One row: up to when everything was looked at.
  `CREATE TABLE watch_progress (
     name text PRIMARY KEY CHECK (name = 'clients'),
     done_until timestamptz NOT NULL
   )`,
  'GRANT SELECT, INSERT, UPDATE ON watch_progress TO countersign_platform',
];
