// Owner: src/directory (trusted-issuers)
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity } from './row-security.js';

export class TrustedIssuers1763769600040 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE trusted_issuers');
  }
}

const STATEMENTS = [
  // org_id is null for issuers that the platform itself trusts, so no tenant ever sees them.
  `CREATE TABLE trusted_issuers (
     id text COLLATE "C" PRIMARY KEY,
     org_id text COLLATE "C" REFERENCES orgs ON DELETE CASCADE,
     issuer text NOT NULL,
     jwks_uri text,
     jwks jsonb,
     rules jsonb NOT NULL,
     assertion_reuse text NOT NULL CHECK (assertion_reuse IN ('refused', 'until_expiry')),
     max_assertion_lifetime_seconds int NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     updated_at timestamptz NOT NULL DEFAULT now()
   )`,
  // One entry per issuer and organization: its rules stand together, so two that match are seen.
  `CREATE UNIQUE INDEX trusted_issuers_issuer ON trusted_issuers (COALESCE(org_id, ''), issuer)`,
  ...forceRowSecurity('trusted_issuers', { tenant: 'SELECT, INSERT, UPDATE, DELETE', platform: 'SELECT, INSERT, UPDATE, DELETE' }),
];
