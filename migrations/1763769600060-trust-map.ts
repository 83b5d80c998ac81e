// Owner: src/directory (trust-map) and src/platform (audit)
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TrustMap1763769600060 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // W3C Trace Context §3.2.2.3: 32 lower-case hexadecimal digits; absent where the cause is no request.
    await runner.query('ALTER TABLE audit_events ADD COLUMN trace_id text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE audit_events DROP COLUMN trace_id');
  }
}
