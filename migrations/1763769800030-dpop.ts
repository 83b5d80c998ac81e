// Owner: src/issuer (sender-constraints)
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Dpop1763769800030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE authorization_codes ADD COLUMN dpop_jkt text');
    await runner.query('ALTER TABLE third_party_apps ADD COLUMN dpop_bound_access_tokens boolean NOT NULL DEFAULT false');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE third_party_apps DROP COLUMN dpop_bound_access_tokens');
    await runner.query('ALTER TABLE authorization_codes DROP COLUMN dpop_jkt');
  }
}
