// Owner: src/directory (trust-map) and src/platform (audit)
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { buildIndex } from './build-index.js';

export class TrustMapIndex1763769600061 implements MigrationInterface {
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    // Partial: a token that is issued, which is nearly every event, costs it nothing.
    await buildIndex(
      runner,
      'audit_events_service_refusals',
      `audit_events (actor_id, time) WHERE action = 'token.refused' AND actor_type = 'microservice'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX audit_events_service_refusals');
  }
}
