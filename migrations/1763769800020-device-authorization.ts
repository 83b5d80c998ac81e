// Owner: src/directory/third-party-apps, src/issuer (device-codes)
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity } from './row-security.js';

export class DeviceAuthorization1763769800020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE device_codes');
    await runner.query('ALTER TABLE third_party_apps DROP COLUMN grant_types');
  }
}

const STATEMENTS = [
  // What the apps of before could do; device codes are for those that ask for them.
  `ALTER TABLE third_party_apps ADD COLUMN grant_types text[] NOT NULL DEFAULT '{authorization_code,refresh_token}'`,
  // A device that waits for a person. Whose data it is about is known from the moment somebody allows it. Who knows the digests
  // knows no code. A used one stays until expires_at, so that a second use is told from a code that never was.
  `CREATE TABLE device_codes (
     digest bytea PRIMARY KEY,
     user_code_digest bytea NOT NULL UNIQUE,
     client_id text COLLATE "C" NOT NULL,
     api_id text COLLATE "C" NOT NULL,
     scopes text[] NOT NULL,
     ip text NOT NULL,
     state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'allowed', 'denied', 'redeemed')),
     interval_seconds integer NOT NULL,
     polled_at timestamptz,
     org_id text COLLATE "C",
     consent_id text COLLATE "C",
     user_id text COLLATE "C",
     auth_time timestamptz,
     acr text,
     amr text[],
     family_id uuid NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     usable_until timestamptz NOT NULL,
     expires_at timestamptz NOT NULL,
     CHECK ((state IN ('allowed', 'redeemed')) = (org_id IS NOT NULL)),
     CHECK (org_id IS NULL OR (consent_id IS NOT NULL AND user_id IS NOT NULL AND auth_time IS NOT NULL AND acr IS NOT NULL AND amr IS NOT NULL)),
     FOREIGN KEY (org_id, consent_id) REFERENCES consents (org_id, id) ON DELETE CASCADE
   ) WITH (fillfactor = 80)`,
  'CREATE INDEX device_codes_expiry ON device_codes (expires_at)',
  'CREATE INDEX device_codes_consent ON device_codes (org_id, consent_id)',
  ...forceRowSecurity('device_codes', { tenant: 'SELECT, DELETE', platform: 'SELECT, INSERT, UPDATE, DELETE' }),
];
