// Owner: src/directory/api-keys
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity } from './row-security.js';

export class ApiKeys1763769800040 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE api_keys');
    await runner.query('ALTER TABLE orgs DROP COLUMN max_api_key_lifetime_seconds');
  }
}

const READ_WRITE = 'SELECT, INSERT, UPDATE, DELETE';

const STATEMENTS = [
  // Null: a year.
  'ALTER TABLE orgs ADD COLUMN max_api_key_lifetime_seconds integer CHECK (max_api_key_lifetime_seconds >= 86400)',
  // Keys of organizations, and the access tokens of their people. No foreign key to the person: the row tells for a month why it ended.
  `CREATE TABLE api_keys (
     id text COLLATE "C" PRIMARY KEY,
     org_id text COLLATE "C" NOT NULL REFERENCES orgs ON DELETE CASCADE,
     user_id text COLLATE "C",
     name text NOT NULL,
     api_id text COLLATE "C" NOT NULL REFERENCES api_resources ON DELETE CASCADE,
     scopes text[] NOT NULL,
     allowed_ips text[] NOT NULL,
     digest bytea NOT NULL,
     pepper_version text NOT NULL,
     hint text NOT NULL,
     created_by text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz NOT NULL,
     revoked_at timestamptz,
     revoked_reason text,
     replaced_by text COLLATE "C",
     last_used_at timestamptz,
     CHECK ((user_id IS NULL) = (id LIKE 'key\\_%')),
     CHECK ((revoked_at IS NULL) = (revoked_reason IS NULL)),
     UNIQUE (digest)
   ) WITH (fillfactor = 80)`,
  'CREATE INDEX api_keys_org ON api_keys (org_id, id)',
  'CREATE INDEX api_keys_user ON api_keys (user_id) WHERE user_id IS NOT NULL',
  'CREATE INDEX api_keys_api ON api_keys (api_id)',
  // For the reaper. Whoever revokes brings the end forward, so that one index serves both.
  'CREATE INDEX api_keys_expiry ON api_keys (expires_at)',
  ...forceRowSecurity('api_keys', { tenant: READ_WRITE, platform: READ_WRITE }),
];
