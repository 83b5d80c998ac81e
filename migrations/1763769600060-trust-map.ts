// Owner: src/directory (trust-map) and src/platform (audit)
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class TrustMap1763769600060 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX audit_events_service_refusals');
    await runner.query('ALTER TABLE audit_events DROP COLUMN trace_id');
  }
}

const STATEMENTS = [
  // Partial: a token that is issued, which is nearly every event, costs it nothing.
  `CREATE INDEX audit_events_service_refusals ON audit_events (actor_id, time) WHERE action = 'token.refused' AND actor_type = 'microservice'`,
  // W3C Trace Context §3.2.2.3: 32 lower-case hexadecimal digits; absent where the cause is no request.
  'ALTER TABLE audit_events ADD COLUMN trace_id text',
];
