// Owner: src/directory (microservice-identities, call-policies)
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class InternalZone1763769600020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE call_policies, microservices');
  }
}

const STATEMENTS = [
  `CREATE TABLE microservices (
     id text COLLATE "C" PRIMARY KEY,
     name text NOT NULL UNIQUE,
     spiffe_id text UNIQUE,
     status text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled')),
     auth_method text NOT NULL,
     jwks jsonb,
     jwks_uri text,
     created_by text,
     created_at timestamptz NOT NULL DEFAULT now(),
     updated_at timestamptz NOT NULL DEFAULT now()
   )`,
  // Deferred: an API takes its policies with it in the same transaction, one by one, because each has tokens to revoke.
  `CREATE TABLE call_policies (
     id text COLLATE "C" PRIMARY KEY,
     caller_id text COLLATE "C" NOT NULL REFERENCES microservices ON DELETE CASCADE,
     target_api_id text COLLATE "C" NOT NULL REFERENCES api_resources DEFERRABLE INITIALLY DEFERRED,
     scopes text[] NOT NULL CHECK (cardinality(scopes) > 0),
     org_mode text NOT NULL CHECK (org_mode IN ('parent', 'any', 'none')),
     created_at timestamptz NOT NULL DEFAULT now(),
     updated_at timestamptz NOT NULL DEFAULT now(),
     UNIQUE (caller_id, target_api_id)
   )`,
  'CREATE INDEX call_policies_target ON call_policies (target_api_id)',
  // Our own services belong to no organization: a tenant has no business here.
  'GRANT SELECT, INSERT, UPDATE, DELETE ON microservices, call_policies TO countersign_platform',
];
