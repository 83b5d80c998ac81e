// Owner: src/issuer (consents)
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity } from './row-security.js';

export class ConsentUsage1763769700090 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE consent_usage');
  }
}

const STATEMENTS = [
  // One row per consent, however many calls: the hourly rows of an API are bounded and may forget who called, this must not.
  `CREATE TABLE consent_usage (
     consent_id text COLLATE "C" PRIMARY KEY,
     org_id text COLLATE "C" NOT NULL,
     calls bigint NOT NULL CHECK (calls > 0),
     scopes text[] NOT NULL,
     last_used_at timestamptz NOT NULL,
     FOREIGN KEY (org_id, consent_id) REFERENCES consents (org_id, id) ON DELETE CASCADE
   ) WITH (fillfactor = 80)`,
  ...forceRowSecurity('consent_usage', { tenant: 'SELECT', platform: 'SELECT, INSERT, UPDATE, DELETE' }),
];
