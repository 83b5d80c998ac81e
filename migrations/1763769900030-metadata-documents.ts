// Owner: src/directory/third-party-apps, src/issuer/consents
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class MetadataDocuments1763769900030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statement of STATEMENTS) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE consents DROP COLUMN app_fingerprint');
    await runner.query('ALTER TABLE third_party_apps DROP COLUMN unused_since');
  }
}

const STATEMENTS = [
  // Since when nobody was seen to use an app that describes itself; NULL: nobody looks.
  'ALTER TABLE third_party_apps ADD COLUMN unused_since timestamptz',
  'CREATE INDEX third_party_apps_unused ON third_party_apps (registration, unused_since) WHERE unused_since IS NOT NULL',
  // What the person looked at, of an app that describes itself: another document asks them again.
  'ALTER TABLE consents ADD COLUMN app_fingerprint text',
];
