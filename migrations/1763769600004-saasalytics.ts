// Owner: src/saasalytics
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity } from './row-security.js';

export class Saasalytics1763769600004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...TABLES, ...SECURITY]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE analytics_reports, analytics_events, analytics_customers, analytics_accounts');
  }
}

// No foreign key to orgs: the reference API keeps its own data, as a customer's would.
const TABLES = [
  `CREATE TABLE analytics_accounts (
     org_id text COLLATE "C" PRIMARY KEY,
     display_name text NOT NULL,
     timezone text NOT NULL DEFAULT 'UTC',
     currency text NOT NULL DEFAULT 'USD',
     billing_email text,
     plan text NOT NULL DEFAULT 'growth',
     created_at timestamptz NOT NULL DEFAULT now(),
     updated_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE TABLE analytics_customers (
     org_id text COLLATE "C" NOT NULL,
     id text COLLATE "C" NOT NULL,
     name text NOT NULL,
     segment text COLLATE "C",
     country text COLLATE "C",
     first_seen_at timestamptz NOT NULL,
     last_seen_at timestamptz NOT NULL,
     PRIMARY KEY (org_id, id)
   )`,
  'CREATE INDEX analytics_customers_first_seen ON analytics_customers (org_id, first_seen_at)',
  `CREATE TABLE analytics_events (
     org_id text COLLATE "C" NOT NULL,
     id text COLLATE "C" NOT NULL,
     customer_id text COLLATE "C" NOT NULL,
     type text COLLATE "C" NOT NULL,
     occurred_at timestamptz NOT NULL,
     amount_cents bigint NOT NULL DEFAULT 0,
     properties jsonb NOT NULL DEFAULT '{}',
     received_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (org_id, id),
     FOREIGN KEY (org_id, customer_id) REFERENCES analytics_customers (org_id, id)
   )`,
  'CREATE INDEX analytics_events_time ON analytics_events (org_id, occurred_at) INCLUDE (type, customer_id, amount_cents)',
  'CREATE INDEX analytics_events_customer ON analytics_events (org_id, customer_id, occurred_at)',
  `CREATE TABLE analytics_reports (
     org_id text COLLATE "C" NOT NULL,
     id text COLLATE "C" NOT NULL,
     kind text NOT NULL CHECK (kind IN ('activity', 'financial')),
     period_from timestamptz NOT NULL,
     period_to timestamptz NOT NULL,
     timezone text NOT NULL,
     status text NOT NULL CHECK (status IN ('ready')),
     requested_by text NOT NULL,
     result json NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (org_id, id)
   )`,
];

const SECURITY = [
  ...forceRowSecurity('analytics_accounts', { tenant: 'SELECT, INSERT, UPDATE' }),
  ...forceRowSecurity('analytics_customers', { tenant: 'SELECT, INSERT, UPDATE' }),
  ...forceRowSecurity('analytics_events', { tenant: 'SELECT, INSERT' }),
  ...forceRowSecurity('analytics_reports', { tenant: 'SELECT, INSERT' }),
];
