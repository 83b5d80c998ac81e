import { X509Certificate } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../clock.js';
import { ServiceCertificate, type CertificateRecord } from './service-certificate.js';
import type { TrustBundle } from './trust-bundle.js';

const FILE = 'service-identity.json';

export interface KeptIdentity {
  readonly certificate: ServiceCertificate;
  /** As it was last known. */
  readonly bundle: TrustBundle;
}

interface Kept extends CertificateRecord {
  readonly bundle: TrustBundle;
}

/** Keeps the certificate, its key and whom to trust over a restart. Readable by this account alone. */
export class IdentityFolder {
  constructor(private readonly folder: string) {}

  /** undefined when there is none that lives; what cannot be read is none. */
  async load(clock: Clock): Promise<KeptIdentity | undefined> {
    try {
      const { bundle, ...record } = JSON.parse(await readFile(join(this.folder, FILE), 'utf8')) as Kept;
      const certificate = new ServiceCertificate(record, clock);
      // Throws for what is none.
      const authorities = bundle.authorities.map((text) => new X509Certificate(text).toString());
      return certificate.remainingMs > 0 ? { certificate, bundle: { ...bundle, authorities } } : undefined;
    } catch {
      return undefined;
    }
  }

  /** Whole or not at all: everything is one file. */
  async save({ certificate: { record }, bundle }: KeptIdentity): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const temporary = join(this.folder, `${FILE}.${process.pid}`);
    const file = await open(temporary, 'w', 0o600);
    try {
      // A file that was left over would keep its mode.
      await file.chmod(0o600);
      await file.writeFile(JSON.stringify({ ...record, bundle } satisfies Kept));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(this.folder, FILE));
  }
}
