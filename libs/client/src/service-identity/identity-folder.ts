import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.js';
import { ServiceCertificate, type CertificateRecord } from './service-certificate.js';

const FILE = 'service-identity.json';

/** Keeps the certificate and its key over a restart. Readable by this account alone. */
export class IdentityFolder {
  constructor(private readonly folder: string) {}

  /** undefined when there is none that lives; what cannot be read is none. */
  async load(clock: Clock): Promise<ServiceCertificate | undefined> {
    try {
      const record = JSON.parse(await readFile(join(this.folder, FILE), 'utf8')) as CertificateRecord;
      const certificate = new ServiceCertificate(record, clock);
      return certificate.remainingMs > 0 ? certificate : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whole or not at all: certificate and key are one file. */
  async save({ record }: ServiceCertificate): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const temporary = join(this.folder, `${FILE}.${process.pid}`);
    const file = await open(temporary, 'w', 0o600);
    try {
      // A file that was left over would keep its mode.
      await file.chmod(0o600);
      await file.writeFile(JSON.stringify(record));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(this.folder, FILE));
  }
}
