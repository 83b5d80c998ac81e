// Owner: src/issuer (consents)
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ConsentOperations1763769900050 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // An app that was only ever refused has a row too: that it tried is what its person wants to know. Its last_used_at is the minute of
    // the denial, for replicas of the release before know no row without; calls = 0 says that it was never used.
    await runner.query(
      `ALTER TABLE consent_usage
         DROP CONSTRAINT consent_usage_calls_check,
         ADD CONSTRAINT consent_usage_calls_check CHECK (calls >= 0),
         ADD COLUMN denials bigint NOT NULL DEFAULT 0 CHECK (denials >= 0),
         ADD COLUMN last_denied_at timestamptz,
         ADD COLUMN operations jsonb NOT NULL DEFAULT '[]'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM consent_usage WHERE calls = 0');
    await runner.query(
      `ALTER TABLE consent_usage
         DROP COLUMN operations, DROP COLUMN last_denied_at, DROP COLUMN denials,
         DROP CONSTRAINT consent_usage_calls_check,
         ADD CONSTRAINT consent_usage_calls_check CHECK (calls > 0)`,
    );
  }
}
