// Owner: src/directory/api-resources
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class MaxStaleness1763769600006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      'ALTER TABLE api_resources ADD max_staleness_seconds int NOT NULL DEFAULT 60 CHECK (max_staleness_seconds BETWEEN 5 AND 3600)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE api_resources DROP COLUMN max_staleness_seconds');
  }
}
