// Owner: src/issuer (signing-keys, revocation)
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { forceRowSecurity } from './row-security.js';

export class Issuer1763769600003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE revocations, signing_keys');
  }
}

const STATEMENTS = [
  `CREATE TABLE signing_keys (
     kid text PRIMARY KEY,
     zone text NOT NULL CHECK (zone IN ('external', 'internal')),
     alg text NOT NULL,
     status text NOT NULL CHECK (status IN ('published', 'active', 'retiring', 'removed')),
     public_jwk jsonb NOT NULL,
     sealed_private_key text NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     activated_at timestamptz,
     retiring_at timestamptz,
     removed_at timestamptz
   )`,
  // One signing key per zone and algorithm, however many replicas start together.
  `CREATE UNIQUE INDEX signing_keys_active ON signing_keys (zone, alg) WHERE status = 'active'`,
  'GRANT SELECT, INSERT, UPDATE ON signing_keys TO countersign_platform',
  `CREATE TABLE revocations (
     seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
     kind text NOT NULL CHECK (kind IN ('token', 'credential', 'client', 'grant', 'org', 'root')),
     value text NOT NULL,
     org_id text,
     revoked_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz NOT NULL
   )`,
  'CREATE INDEX revocations_expiry ON revocations (expires_at)',
  ...forceRowSecurity('revocations', { tenant: 'INSERT', platform: 'SELECT, INSERT, DELETE' }),
];
