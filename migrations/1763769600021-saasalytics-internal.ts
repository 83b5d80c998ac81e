// Owner: src/saasalytics (internal)
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity } from './row-security.js';

export class SaasalyticsInternal1763769600021 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE analytics_exports, analytics_rollups');
  }
}

const STATEMENTS = [
  `CREATE TABLE analytics_rollups (
     org_id text COLLATE "C" NOT NULL,
     day date NOT NULL,
     events bigint NOT NULL,
     active_customers bigint NOT NULL,
     amount_cents bigint NOT NULL,
     computed_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (org_id, day)
   )`,
  `CREATE TABLE analytics_exports (
     org_id text COLLATE "C" NOT NULL,
     id text COLLATE "C" NOT NULL,
     status text NOT NULL CHECK (status IN ('ready')),
     period_from timestamptz NOT NULL,
     period_to timestamptz NOT NULL,
     requested_by text NOT NULL,
     customers int NOT NULL,
     amount_cents bigint NOT NULL,
     content json NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (org_id, id)
   )`,
  ...forceRowSecurity('analytics_rollups', { tenant: 'SELECT, INSERT, UPDATE' }),
  ...forceRowSecurity('analytics_exports', { tenant: 'SELECT, INSERT' }),
];
