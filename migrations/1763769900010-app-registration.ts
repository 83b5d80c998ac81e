// Owner: src/directory/third-party-apps
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class AppRegistration1763769900010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // How it became known here. The id of one that describes itself by a document is the address of that document.
    await runner.query(
      `ALTER TABLE third_party_apps ADD COLUMN registration text NOT NULL DEFAULT 'administrator'
         CHECK (registration IN ('administrator', 'metadata_document', 'dynamic'))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE third_party_apps DROP COLUMN registration');
  }
}
