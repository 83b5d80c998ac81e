// Owner: src/directory/third-party-apps, src/issuer (authorization-codes, refresh-tokens)
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class OpenidConnect1763769800010 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE third_party_apps ADD COLUMN post_logout_redirect_uris text[] NOT NULL DEFAULT '{}'`);
    // Null in rows of before, and where no ID token goes with the access token.
    await runner.query('ALTER TABLE authorization_codes ADD COLUMN nonce text, ADD COLUMN session_id text COLLATE "C"');
    await runner.query('ALTER TABLE refresh_families ADD COLUMN session_id text COLLATE "C"');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE refresh_families DROP COLUMN session_id');
    await runner.query('ALTER TABLE authorization_codes DROP COLUMN nonce, DROP COLUMN session_id');
    await runner.query('ALTER TABLE third_party_apps DROP COLUMN post_logout_redirect_uris');
  }
}
