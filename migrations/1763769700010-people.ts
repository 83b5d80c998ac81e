// Owner: src/directory (users, identity-providers), src/issuer/sessions
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity } from './row-security.js';

export class People1763769700010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...DIRECTORY, ...SIGN_IN]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE provider_sign_ins, sessions, identity_providers, join_links');
    await runner.query('DROP POLICY tenant_rows ON users');
    await runner.query('DROP TABLE members, user_identities, password_resets, user_passwords, users');
    for (const statement of asOwnerOfOrgs(`DELETE FROM orgs WHERE id = '${OPERATORS_ORG}'`)) await runner.query(statement);
  }
}

const OPERATORS_ORG = 'org_00000000000000000000000000';

/** Row-level security is forced on the owner too, and the owner has no policy. */
function asOwnerOfOrgs(statement: string): string[] {
  return ['ALTER TABLE orgs NO FORCE ROW LEVEL SECURITY', statement, 'ALTER TABLE orgs FORCE ROW LEVEL SECURITY'];
}

const DIRECTORY = [
  // People who operate the platform are its members. No token of it is an operator's by itself.
  ...asOwnerOfOrgs(`INSERT INTO orgs (id, name) VALUES ('${OPERATORS_ORG}', 'Operators of the platform') ON CONFLICT DO NOTHING`),
  // A person may be in several organizations, so no organization owns the row.
  `CREATE TABLE users (
     id text COLLATE "C" PRIMARY KEY,
     email text NOT NULL,
     name text NOT NULL,
     status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
     created_at timestamptz NOT NULL DEFAULT now(),
     updated_at timestamptz NOT NULL DEFAULT now()
   )`,
  'CREATE INDEX users_email ON users (email)',
  // Apart from the users, because tenants may see the ones and never the others. The address is the name to sign in with.
  `CREATE TABLE user_passwords (
     user_id text COLLATE "C" PRIMARY KEY REFERENCES users ON DELETE CASCADE,
     email text NOT NULL UNIQUE,
     hash text NOT NULL,
     changed_at timestamptz NOT NULL DEFAULT now()
   )`,
  // By these a forgotten password is replaced: one link per person, made by an operator.
  `CREATE TABLE password_resets (
     user_id text COLLATE "C" PRIMARY KEY REFERENCES user_passwords ON DELETE CASCADE,
     digest bytea NOT NULL UNIQUE,
     pepper_version text NOT NULL,
     hint text NOT NULL,
     created_by text,
     created_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz NOT NULL
   )`,
  'CREATE INDEX password_resets_expiry ON password_resets (expires_at)',
  // OpenID Connect Core §5.7: only iss and sub together identify; an address is handed to somebody else one day.
  `CREATE TABLE user_identities (
     issuer text NOT NULL,
     subject text NOT NULL,
     user_id text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
     created_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (issuer, subject)
   )`,
  'CREATE INDEX user_identities_user ON user_identities (user_id)',
  // Until somebody has joined there is no user behind it: who invites an address learns nothing about it.
  `CREATE TABLE members (
     id text COLLATE "C" PRIMARY KEY,
     org_id text COLLATE "C" NOT NULL REFERENCES orgs ON DELETE CASCADE,
     user_id text COLLATE "C" REFERENCES users ON DELETE CASCADE,
     email text NOT NULL,
     role text NOT NULL CHECK (role IN ('admin', 'member')),
     status text NOT NULL CHECK (status IN ('invited', 'active', 'disabled')),
     created_at timestamptz NOT NULL DEFAULT now(),
     updated_at timestamptz NOT NULL DEFAULT now(),
     CHECK ((status = 'invited') = (user_id IS NULL)),
     UNIQUE (org_id, id),
     UNIQUE (org_id, user_id)
   )`,
  `CREATE UNIQUE INDEX members_invited ON members (org_id, email) WHERE status = 'invited'`,
  'CREATE INDEX members_user ON members (user_id)',
  `CREATE TABLE join_links (
     id text COLLATE "C" PRIMARY KEY,
     org_id text COLLATE "C" NOT NULL,
     member_id text COLLATE "C" NOT NULL,
     digest bytea NOT NULL UNIQUE,
     pepper_version text NOT NULL,
     hint text NOT NULL,
     created_by text,
     created_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz NOT NULL,
     UNIQUE (org_id, member_id),
     FOREIGN KEY (org_id, member_id) REFERENCES members (org_id, id) ON DELETE CASCADE
   )`,
  'CREATE INDEX join_links_expiry ON join_links (expires_at)',
  // org_id is null for providers of the whole platform, so no tenant ever sees them.
  `CREATE TABLE identity_providers (
     id text COLLATE "C" PRIMARY KEY,
     org_id text COLLATE "C" REFERENCES orgs ON DELETE CASCADE,
     name text NOT NULL,
     status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
     issuer text NOT NULL,
     client_id text NOT NULL,
     auth_method text NOT NULL,
     sealed_client_secret text,
     rules jsonb NOT NULL DEFAULT '[]',
     -- Since when issuer and client are these: sessions that began before do not count.
     client_since timestamptz NOT NULL DEFAULT now(),
     created_at timestamptz NOT NULL DEFAULT now(),
     updated_at timestamptz NOT NULL DEFAULT now()
   )`,
  `CREATE UNIQUE INDEX identity_providers_client ON identity_providers (COALESCE(org_id, ''), issuer, client_id)`,
  // Anybody may ask which providers have a rule for a domain.
  'CREATE INDEX identity_providers_rules ON identity_providers USING gin (rules jsonb_path_ops)',
  ...forceRowSecurity('members', { tenant: 'SELECT, INSERT, UPDATE, DELETE', platform: 'SELECT, INSERT, UPDATE, DELETE' }),
  ...forceRowSecurity('join_links', { tenant: 'SELECT, INSERT, UPDATE, DELETE', platform: 'SELECT, INSERT, UPDATE, DELETE' }),
  ...forceRowSecurity('identity_providers', { tenant: 'SELECT, INSERT, UPDATE, DELETE', platform: 'SELECT, INSERT, UPDATE, DELETE' }),
  'ALTER TABLE users ENABLE ROW LEVEL SECURITY',
  'ALTER TABLE users FORCE ROW LEVEL SECURITY',
  // The rows of members are those of the organization already, by their own policy.
  `CREATE POLICY tenant_rows ON users FOR SELECT TO countersign_tenant USING (EXISTS (SELECT FROM members m WHERE m.user_id = users.id AND m.org_id = current_org()))`,
  'CREATE POLICY platform_rows ON users TO countersign_platform USING (true) WITH CHECK (true)',
  'GRANT SELECT ON users TO countersign_tenant',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON users, user_passwords, password_resets, user_identities TO countersign_platform',
];

// They belong to people, not to organizations: tenants have no part in them.
const SIGN_IN = [
  // expires_at moves with each use and never past ends_at, so one index finds every session whose time is over.
  `CREATE TABLE sessions (
     id text COLLATE "C" PRIMARY KEY,
     user_id text COLLATE "C" NOT NULL REFERENCES users ON DELETE CASCADE,
     digest bytea NOT NULL UNIQUE,
     pepper_version text NOT NULL,
     auth_time timestamptz NOT NULL,
     amr text[] NOT NULL,
     acr text NOT NULL,
     provider_id text COLLATE "C" REFERENCES identity_providers ON DELETE CASCADE,
     ip text,
     user_agent text,
     created_at timestamptz NOT NULL DEFAULT now(),
     last_used_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz NOT NULL,
     ends_at timestamptz NOT NULL,
     CHECK (expires_at <= ends_at)
   )`,
  'CREATE INDEX sessions_expiry ON sessions (expires_at)',
  'CREATE INDEX sessions_user ON sessions (user_id, id)',
  'CREATE INDEX sessions_provider ON sessions (provider_id)',
  // A sign-in that is under way at another provider. What proves it is in the browser; here is only that it was begun, and where.
  `CREATE TABLE provider_sign_ins (
     digest bytea PRIMARY KEY,
     provider_id text COLLATE "C" NOT NULL REFERENCES identity_providers ON DELETE CASCADE,
     browser text NOT NULL,
     return_to text NOT NULL,
     max_age integer,
     expires_at timestamptz NOT NULL
   )`,
  'CREATE INDEX provider_sign_ins_expiry ON provider_sign_ins (expires_at)',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON sessions, provider_sign_ins TO countersign_platform',
];
