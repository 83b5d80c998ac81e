// Owner: src/issuer (consents)
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ConsentOperations1763769900050 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // An app that was only ever refused has a row too: that it tried is what its person wants to know.
    await runner.query(
      `ALTER TABLE consent_usage
         DROP CONSTRAINT consent_usage_calls_check,
         ADD CONSTRAINT consent_usage_calls_check CHECK (calls >= 0),
         ALTER COLUMN last_used_at DROP NOT NULL,
         ADD COLUMN denials bigint NOT NULL DEFAULT 0 CHECK (denials >= 0),
         ADD COLUMN last_denied_at timestamptz,
         ADD COLUMN operations jsonb NOT NULL DEFAULT '[]'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DELETE FROM consent_usage WHERE calls = 0 OR last_used_at IS NULL');
    await runner.query(
      `ALTER TABLE consent_usage
         DROP COLUMN operations, DROP COLUMN last_denied_at, DROP COLUMN denials,
         ALTER COLUMN last_used_at SET NOT NULL,
         DROP CONSTRAINT consent_usage_calls_check,
         ADD CONSTRAINT consent_usage_calls_check CHECK (calls > 0)`,
    );
  }
}
