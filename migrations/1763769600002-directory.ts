// Owner: src/directory (orgs, api-resources, credentials, service-principals)
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity } from './row-security.js';

export class Directory1763769600002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...TABLES, ...SECURITY]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE client_secrets, service_principal_grants, service_principals, api_scopes, api_resources, orgs');
  }
}

const TABLES = [
  `CREATE TABLE orgs (
     id text COLLATE "C" PRIMARY KEY,
     name text NOT NULL,
     external_id text UNIQUE,
     status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'suspended')),
     ceiling jsonb,
     created_at timestamptz NOT NULL DEFAULT now(),
     updated_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE TABLE api_resources (
     id text COLLATE "C" PRIMARY KEY,
     identifier text NOT NULL UNIQUE,
     lookup_key text NOT NULL UNIQUE,
     name text NOT NULL,
     zone text NOT NULL CHECK (zone IN ('external', 'internal')),
     status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
     token_lifetime_seconds int,
     signing_alg text NOT NULL,
     sender_constraint text NOT NULL DEFAULT 'none',
     served_by text[] NOT NULL DEFAULT '{}',
     system_key text UNIQUE,
     created_at timestamptz NOT NULL DEFAULT now(),
     updated_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE TABLE api_scopes (
     api_id text COLLATE "C" NOT NULL REFERENCES api_resources ON DELETE CASCADE,
     name text NOT NULL,
     description text NOT NULL,
     risk text NOT NULL CHECK (risk IN ('low', 'medium', 'high')),
     assignable_by text NOT NULL CHECK (assignable_by IN ('operator', 'org_admin')),
     delegable boolean NOT NULL,
     position int NOT NULL,
     PRIMARY KEY (api_id, name)
   )`,
  // org_id is null for operators only, so no tenant ever sees them.
  `CREATE TABLE service_principals (
     id text COLLATE "C" PRIMARY KEY,
     org_id text COLLATE "C" REFERENCES orgs ON DELETE CASCADE,
     name text NOT NULL,
     status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
     auth_method text NOT NULL,
     jwks jsonb,
     jwks_uri text,
     token_lifetime_seconds int,
     allowed_ips text[] NOT NULL DEFAULT '{}',
     created_by text,
     created_at timestamptz NOT NULL DEFAULT now(),
     updated_at timestamptz NOT NULL DEFAULT now(),
     UNIQUE (org_id, id)
   )`,
  `CREATE TABLE service_principal_grants (
     service_principal_id text COLLATE "C" NOT NULL REFERENCES service_principals ON DELETE CASCADE,
     org_id text COLLATE "C",
     api_id text COLLATE "C" NOT NULL REFERENCES api_resources ON DELETE CASCADE,
     scopes text[] NOT NULL,
     PRIMARY KEY (service_principal_id, api_id),
     FOREIGN KEY (org_id, service_principal_id) REFERENCES service_principals (org_id, id) ON DELETE CASCADE
   )`,
  // owner_id is the client that holds the secret: a service principal, or an API for its own guards.
  `CREATE TABLE client_secrets (
     id text COLLATE "C" PRIMARY KEY,
     owner_id text COLLATE "C" NOT NULL,
     org_id text COLLATE "C" REFERENCES orgs ON DELETE CASCADE,
     name text,
     digest bytea NOT NULL,
     pepper_version text NOT NULL,
     hint text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz,
     last_used_at timestamptz
   )`,
  'CREATE INDEX client_secrets_owner ON client_secrets (owner_id)',
  'CREATE INDEX service_principal_grants_api ON service_principal_grants (api_id)',
  'CREATE INDEX service_principals_org ON service_principals (org_id, id)',
];

const SECURITY = [
  ...forceRowSecurity('orgs', { tenant: 'SELECT', platform: 'SELECT, INSERT, UPDATE, DELETE', orgColumn: 'id' }),
  'GRANT SELECT ON api_resources, api_scopes TO countersign_tenant',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON api_resources, api_scopes TO countersign_platform',
  ...forceRowSecurity('service_principals', { tenant: 'SELECT, INSERT, UPDATE, DELETE', platform: 'SELECT, INSERT, UPDATE, DELETE' }),
  ...forceRowSecurity('service_principal_grants', { tenant: 'SELECT, INSERT, UPDATE, DELETE', platform: 'SELECT, INSERT, UPDATE, DELETE' }),
  ...forceRowSecurity('client_secrets', { tenant: 'SELECT, INSERT, UPDATE, DELETE', platform: 'SELECT, INSERT, UPDATE, DELETE' }),
];
