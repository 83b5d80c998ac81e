// Owner: src/directory (service-principals)
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class ClientCertificates1763769600050 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // PEM of the organization's own authorities, and the one name that the principal's certificate bears.
    await runner.query('ALTER TABLE service_principals ADD COLUMN tls_client_auth_ca text, ADD COLUMN tls_client_auth_san jsonb');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE service_principals DROP COLUMN tls_client_auth_ca, DROP COLUMN tls_client_auth_san');
  }
}
