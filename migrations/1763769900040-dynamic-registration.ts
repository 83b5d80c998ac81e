// Owner: src/issuer/registration/dynamic
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class DynamicRegistration1763769900040 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM third_party_apps WHERE registration = 'dynamic'`);
    await runner.query('DROP TABLE dynamic_registrations, registration_tokens');
  }
}

const READ_WRITE = 'SELECT, INSERT, UPDATE, DELETE';

const STATEMENTS = [
  // What a self-registered app has beside its row in third_party_apps. It belongs to no organization: what people allow it does.
  `CREATE TABLE dynamic_registrations (
     app_id text COLLATE "C" PRIMARY KEY REFERENCES third_party_apps ON DELETE CASCADE,
     state text NOT NULL DEFAULT 'unused' CHECK (state IN ('unused', 'used', 'idle')),
     said jsonb NOT NULL,
     token_digest bytea NOT NULL,
     token_pepper text NOT NULL,
     initial_token_id text COLLATE "C",
     source text NOT NULL,
     user_agent text,
     created_at timestamptz NOT NULL DEFAULT now(),
     last_used_at timestamptz,
     expires_at timestamptz NOT NULL
   )`,
  // When it is looked at again: whether anybody uses it decides what becomes of it then.
  'CREATE INDEX dynamic_registrations_expiry ON dynamic_registrations (expires_at)',
  // For the cap of those that nobody has used yet: the oldest go first.
  `CREATE INDEX dynamic_registrations_unused ON dynamic_registrations (created_at) WHERE state = 'unused'`,
  // Initial access tokens (RFC 7591 §3), which operators hand out.
  `CREATE TABLE registration_tokens (
     id text COLLATE "C" PRIMARY KEY,
     digest bytea NOT NULL UNIQUE,
     pepper_version text NOT NULL,
     hint text NOT NULL,
     note text,
     max_uses integer NOT NULL CHECK (max_uses > 0),
     uses integer NOT NULL DEFAULT 0 CHECK (uses <= max_uses),
     created_by text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     last_used_at timestamptz,
     expires_at timestamptz NOT NULL
   )`,
  'CREATE INDEX registration_tokens_expiry ON registration_tokens (expires_at)',
  `GRANT ${READ_WRITE} ON dynamic_registrations, registration_tokens TO countersign_platform`,
];
