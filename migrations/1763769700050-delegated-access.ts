// Owner: src/directory/third-party-apps, src/issuer (consents, authorization, authorization-codes, refresh-tokens)
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity } from './row-security.js';

export class DelegatedAccess1763769700050 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of [...APPS, ...CONSENTS, ...AUTHORIZATION, ...REFRESH]) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'DROP TABLE refresh_answers, refresh_families, authorization_codes, authorization_interactions, pushed_requests, app_requests, admitted_apps, app_policies, consents, third_party_apps',
    );
  }
}

const READ_WRITE = 'SELECT, INSERT, UPDATE, DELETE';

const APPS = [
  // No foreign key to the publisher: its apps go with it by a reaction, which also stops their tokens.
  `CREATE TABLE third_party_apps (
     id text COLLATE "C" PRIMARY KEY,
     publisher_org_id text COLLATE "C",
     name text NOT NULL,
     kind text NOT NULL CHECK (kind IN ('app', 'agent')),
     publisher text NOT NULL,
     state text NOT NULL CHECK (state IN ('draft', 'in_review', 'approved', 'suspended')),
     review_note text,
     client_type text NOT NULL CHECK (client_type IN ('public', 'confidential')),
     auth_method text NOT NULL CHECK ((auth_method = 'none') = (client_type = 'public')),
     jwks jsonb,
     jwks_uri text,
     redirect_uris text[] NOT NULL,
     grants jsonb NOT NULL,
     logo_uri text,
     policy_uri text,
     tos_uri text,
     created_by text,
     created_at timestamptz NOT NULL DEFAULT now(),
     updated_at timestamptz NOT NULL DEFAULT now()
   )`,
  'CREATE INDEX third_party_apps_publisher ON third_party_apps (publisher_org_id, id)',
  ...forceRowSecurity('third_party_apps', { tenant: READ_WRITE, platform: READ_WRITE, orgColumn: 'publisher_org_id' }),
];

const CONSENTS = [
  // What one person allowed one app at one API, for the data of one organization. Its id and generation are the grant handle of the tokens.
  `CREATE TABLE consents (
     id text COLLATE "C" PRIMARY KEY,
     org_id text COLLATE "C" NOT NULL REFERENCES orgs ON DELETE CASCADE,
     user_id text COLLATE "C" NOT NULL,
     app_id text COLLATE "C" NOT NULL REFERENCES third_party_apps ON DELETE CASCADE,
     api_id text COLLATE "C" NOT NULL REFERENCES api_resources ON DELETE CASCADE,
     scopes text[] NOT NULL,
     redirect_uris text[] NOT NULL,
     generation integer NOT NULL DEFAULT 1,
     created_at timestamptz NOT NULL DEFAULT now(),
     updated_at timestamptz NOT NULL DEFAULT now(),
     UNIQUE (org_id, id),
     UNIQUE (user_id, app_id, org_id, api_id)
   )`,
  'CREATE INDEX consents_org ON consents (org_id, id)',
  'CREATE INDEX consents_app ON consents (app_id)',
  'CREATE INDEX consents_api ON consents (api_id)',
  ...forceRowSecurity('consents', { tenant: READ_WRITE, platform: READ_WRITE }),
  // No row: listed apps only.
  `CREATE TABLE app_policies (
     org_id text COLLATE "C" PRIMARY KEY REFERENCES orgs ON DELETE CASCADE,
     mode text NOT NULL CHECK (mode IN ('all', 'listed', 'ask')),
     updated_at timestamptz NOT NULL DEFAULT now()
   )`,
  ...forceRowSecurity('app_policies', { tenant: READ_WRITE, platform: 'SELECT' }),
  `CREATE TABLE admitted_apps (
     org_id text COLLATE "C" NOT NULL REFERENCES orgs ON DELETE CASCADE,
     app_id text COLLATE "C" NOT NULL REFERENCES third_party_apps ON DELETE CASCADE,
     created_at timestamptz NOT NULL DEFAULT now(),
     PRIMARY KEY (org_id, app_id)
   )`,
  'CREATE INDEX admitted_apps_app ON admitted_apps (app_id)',
  ...forceRowSecurity('admitted_apps', { tenant: READ_WRITE, platform: 'SELECT' }),
  `CREATE TABLE app_requests (
     id text COLLATE "C" PRIMARY KEY,
     org_id text COLLATE "C" NOT NULL REFERENCES orgs ON DELETE CASCADE,
     app_id text COLLATE "C" NOT NULL REFERENCES third_party_apps ON DELETE CASCADE,
     api_id text COLLATE "C" NOT NULL REFERENCES api_resources ON DELETE CASCADE,
     scopes text[] NOT NULL,
     user_id text COLLATE "C" NOT NULL,
     status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'approved', 'declined')),
     decided_by text,
     created_at timestamptz NOT NULL DEFAULT now(),
     decided_at timestamptz
   )`,
  // However many people ask, and however often: one open request per app.
  `CREATE UNIQUE INDEX app_requests_open ON app_requests (org_id, app_id) WHERE status = 'open'`,
  'CREATE INDEX app_requests_org ON app_requests (org_id, id)',
  'CREATE INDEX app_requests_app ON app_requests (app_id)',
  'CREATE INDEX app_requests_api ON app_requests (api_id)',
  ...forceRowSecurity('app_requests', { tenant: READ_WRITE, platform: 'SELECT' }),
];

const AUTHORIZATION = [
  `CREATE TABLE pushed_requests (
     digest bytea PRIMARY KEY,
     client_id text COLLATE "C" NOT NULL,
     parameters text NOT NULL,
     browser text,
     expires_at timestamptz NOT NULL
   )`,
  'CREATE INDEX pushed_requests_expiry ON pushed_requests (expires_at)',
  // A request that waits for its person. It belongs to the browser in which it began.
  `CREATE TABLE authorization_interactions (
     digest bytea PRIMARY KEY,
     browser text NOT NULL,
     client_id text COLLATE "C" NOT NULL,
     request jsonb NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     answered_at timestamptz,
     expires_at timestamptz NOT NULL
   )`,
  'CREATE INDEX authorization_interactions_expiry ON authorization_interactions (expires_at)',
  `GRANT ${READ_WRITE} ON pushed_requests, authorization_interactions TO countersign_platform`,
  // A used code stays until expires_at, so that a second use is known for what it is.
  `CREATE TABLE authorization_codes (
     digest bytea PRIMARY KEY,
     org_id text COLLATE "C" NOT NULL,
     consent_id text COLLATE "C" NOT NULL,
     client_id text COLLATE "C" NOT NULL,
     user_id text COLLATE "C" NOT NULL,
     api_id text COLLATE "C" NOT NULL,
     scopes text[] NOT NULL,
     redirect_uri text NOT NULL,
     redirect_uri_was_sent boolean NOT NULL,
     code_challenge text NOT NULL,
     auth_time timestamptz NOT NULL,
     acr text NOT NULL,
     amr text[] NOT NULL,
     family_id uuid NOT NULL,
     redeemable_until timestamptz NOT NULL,
     redeemed_at timestamptz,
     expires_at timestamptz NOT NULL,
     FOREIGN KEY (org_id, consent_id) REFERENCES consents (org_id, id) ON DELETE CASCADE
   )`,
  'CREATE INDEX authorization_codes_expiry ON authorization_codes (expires_at)',
  'CREATE INDEX authorization_codes_consent ON authorization_codes (org_id, consent_id)',
  ...forceRowSecurity('authorization_codes', { tenant: 'SELECT, DELETE', platform: READ_WRITE }),
];

const REFRESH = [
  // One row per family, however often it is refreshed. Each token holds the key of its family: one that is not the present
  // token of its family was once, or never left us.
  `CREATE TABLE refresh_families (
     id uuid PRIMARY KEY,
     key_digest bytea NOT NULL UNIQUE,
     token_digest bytea NOT NULL,
     org_id text COLLATE "C" NOT NULL,
     consent_id text COLLATE "C" NOT NULL,
     client_id text COLLATE "C" NOT NULL,
     user_id text COLLATE "C" NOT NULL,
     api_id text COLLATE "C" NOT NULL,
     scopes text[] NOT NULL,
     auth_time timestamptz NOT NULL,
     acr text NOT NULL,
     amr text[] NOT NULL,
     cnf jsonb,
     ip text,
     created_at timestamptz NOT NULL DEFAULT now(),
     refreshed_at timestamptz NOT NULL DEFAULT now(),
     idle_until timestamptz NOT NULL,
     ends_at timestamptz NOT NULL,
     expires_at timestamptz NOT NULL,
     FOREIGN KEY (org_id, consent_id) REFERENCES consents (org_id, id) ON DELETE CASCADE
   ) WITH (fillfactor = 80)`,
  // To the day, so that a refresh seldom moves it and its row stays where it is (heap-only tuples).
  'CREATE INDEX refresh_families_expiry ON refresh_families (expires_at)',
  'CREATE INDEX refresh_families_user ON refresh_families (user_id)',
  'CREATE INDEX refresh_families_consent ON refresh_families (org_id, consent_id)',
  ...forceRowSecurity('refresh_families', { tenant: 'SELECT, DELETE', platform: READ_WRITE }),
  // What a refresh answered, for a client whose response was lost; only the token that was presented opens it.
  `CREATE TABLE refresh_answers (
     token_digest bytea PRIMARY KEY,
     family_id uuid NOT NULL REFERENCES refresh_families ON DELETE CASCADE,
     sealed_answer bytea NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz NOT NULL
   )`,
  'CREATE INDEX refresh_answers_expiry ON refresh_answers (expires_at)',
  'CREATE INDEX refresh_answers_family ON refresh_answers (family_id)',
  `GRANT ${READ_WRITE} ON refresh_answers TO countersign_platform`,
];
