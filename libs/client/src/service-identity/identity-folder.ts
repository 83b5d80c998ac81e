import { randomUUID, X509Certificate } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
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
  readonly issuer: string;
  readonly bundle: TrustBundle;
}

/** Keeps the certificate, its key and whom to trust over a restart. Readable by this account alone. */
export class IdentityFolder {
  constructor(
    private readonly folder: string,
    private readonly issuer: string,
  ) {}

  /** undefined when there is none of this issuer that lives; what cannot be read is none. */
  async load(clock: Clock): Promise<KeptIdentity | undefined> {
    try {
      const { bundle, issuer, ...record } = JSON.parse(await readFile(join(this.folder, FILE), 'utf8')) as Kept;
      if (issuer !== this.issuer) return undefined;
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
    // Not named by the process: in containers each is the first.
    const temporary = join(this.folder, `${FILE}.${randomUUID()}`);
    try {
      await writeNew(temporary, JSON.stringify({ ...record, issuer: this.issuer, bundle } satisfies Kept));
      await rename(temporary, join(this.folder, FILE));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}

async function writeNew(name: string, text: string): Promise<void> {
  const file = await open(name, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
