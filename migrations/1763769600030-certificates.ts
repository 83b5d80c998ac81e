// Owner: src/issuer/certificates
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Certificates1763769600030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE join_tokens, certificate_authorities');
  }
}

// Both belong to the platform: no organization has a part in the internal zone.
const STATEMENTS = [
  // The key is forgotten when it may no longer sign; rows stay, because their number is the sequence of the trust bundle.
  `CREATE TABLE certificate_authorities (
     id text COLLATE "C" PRIMARY KEY,
     trust_domain text NOT NULL,
     status text NOT NULL CHECK (status IN ('published', 'active', 'retiring', 'removed')),
     certificate bytea NOT NULL,
     sealed_private_key text CHECK ((sealed_private_key IS NOT NULL) = (status IN ('published', 'active'))),
     not_after timestamptz NOT NULL,
     created_at timestamptz NOT NULL DEFAULT now(),
     activated_at timestamptz,
     replacement_asked_at timestamptz,
     retiring_at timestamptz,
     removed_at timestamptz
   )`,
  // One authority signs, and one waits, however many replicas start together.
  `CREATE UNIQUE INDEX certificate_authorities_current ON certificate_authorities (trust_domain, status) WHERE status IN ('published', 'active')`,
  'GRANT SELECT, INSERT, UPDATE ON certificate_authorities TO countersign_platform',
  `CREATE TABLE join_tokens (
     id text COLLATE "C" PRIMARY KEY,
     microservice_id text COLLATE "C" NOT NULL,
     digest bytea NOT NULL UNIQUE,
     pepper_version text NOT NULL,
     hint text NOT NULL,
     created_by text,
     created_at timestamptz NOT NULL DEFAULT now(),
     expires_at timestamptz NOT NULL,
     used_at timestamptz
   )`,
  'CREATE INDEX join_tokens_expiry ON join_tokens (expires_at)',
  'CREATE INDEX join_tokens_microservice ON join_tokens (microservice_id)',
  'GRANT SELECT, INSERT, UPDATE, DELETE ON join_tokens TO countersign_platform',
];
