// Owner: src/platform (database, changes, audit)
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity } from './row-security.js';

export class Platform1763769600001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [
      ...ROLES,
      ...TABLES,
      ...forceRowSecurity('audit_events', { tenant: 'SELECT, INSERT', platform: 'SELECT, INSERT' }),
    ]) {
      await runner.query(statement);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_events, single_use_values, idempotency_records, change_versions');
    await runner.query('DROP FUNCTION current_org()');
  }
}

const ROLES = [
  // Where an administrator has not made the roles, an owner that may create roles makes them here.
  `DO $do$
   DECLARE runtime_login text := current_setting('countersign.runtime_login', true);
   BEGIN
     IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'countersign_tenant') THEN
       CREATE ROLE countersign_tenant NOLOGIN NOSUPERUSER NOBYPASSRLS;
     END IF;
     IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'countersign_platform') THEN
       CREATE ROLE countersign_platform NOLOGIN NOSUPERUSER NOBYPASSRLS;
     END IF;
     IF EXISTS (SELECT FROM pg_roles WHERE rolname IN ('countersign_tenant', 'countersign_platform') AND (rolsuper OR rolbypassrls)) THEN
       RAISE EXCEPTION 'countersign_tenant and countersign_platform must be neither SUPERUSER nor BYPASSRLS';
     END IF;
     IF runtime_login <> '' AND NOT (pg_has_role(runtime_login, 'countersign_tenant', 'MEMBER') AND pg_has_role(runtime_login, 'countersign_platform', 'MEMBER')) THEN
       EXECUTE format('GRANT countersign_tenant, countersign_platform TO %I', runtime_login);
     END IF;
   EXCEPTION WHEN insufficient_privilege THEN
     RAISE EXCEPTION 'The database roles are missing and this login may not create them. Run docs/guides/database-roles.sql once as an administrator.';
   END $do$`,
  'REVOKE CREATE ON SCHEMA public FROM PUBLIC',
  'GRANT USAGE ON SCHEMA public TO countersign_tenant, countersign_platform',
];

const TABLES = [
  // A transaction-local setting reads as '' afterwards, not as NULL.
  `CREATE FUNCTION current_org() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE AS $$ SELECT NULLIF(current_setting('app.org_id', true), '') $$`,
  // One row per topic, raised by every change of what replicas keep in memory.
  `CREATE TABLE change_versions (topic text PRIMARY KEY, version bigint NOT NULL DEFAULT 0)`,
  'GRANT SELECT, INSERT, UPDATE ON change_versions TO countersign_tenant, countersign_platform',
  `CREATE TABLE audit_events (
     id text COLLATE "C" PRIMARY KEY,
     time timestamptz NOT NULL DEFAULT now(),
     xact xid8 NOT NULL DEFAULT pg_current_xact_id(),
     org_id text,
     actor_type text NOT NULL,
     actor_id text,
     actor_name text,
     action text NOT NULL,
     target_type text,
     target_id text,
     target_name text,
     result text NOT NULL CHECK (result IN ('success', 'failure')),
     reason_code text,
     request_id text,
     ip text,
     user_agent text,
     details jsonb NOT NULL DEFAULT '{}'
   )`,
  'CREATE INDEX audit_events_org ON audit_events (org_id, id) WHERE org_id IS NOT NULL',
  // Readers of the stream stop below pg_snapshot_xmin; BRIN keeps the cost per token row near nothing.
  'CREATE INDEX audit_events_stream ON audit_events USING brin (time)',
  `CREATE TABLE single_use_values (
     owner text NOT NULL,
     digest bytea NOT NULL,
     expires_at timestamptz NOT NULL,
     PRIMARY KEY (owner, digest)
   )`,
  'CREATE INDEX single_use_values_expiry ON single_use_values (expires_at)',
  'GRANT SELECT, INSERT, DELETE ON single_use_values TO countersign_platform',
  // The record is claimed and filled in the transaction that does the work, so it can be seen only when the work is done.
  `CREATE TABLE idempotency_records (
     caller text NOT NULL,
     key text NOT NULL,
     org_id text DEFAULT current_org(),
     request_digest bytea NOT NULL,
     response json NOT NULL DEFAULT '{}',
     sealed_secret text,
     created_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz NOT NULL,
     PRIMARY KEY (caller, key)
   )`,
  'CREATE INDEX idempotency_records_expiry ON idempotency_records (expires_at)',
  'CREATE INDEX idempotency_records_secrets ON idempotency_records (created_at) WHERE sealed_secret IS NOT NULL',
  ...forceRowSecurity('idempotency_records', { tenant: 'SELECT, INSERT, UPDATE, DELETE', platform: 'SELECT, INSERT, UPDATE, DELETE' }),
];
