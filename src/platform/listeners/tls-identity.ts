import { X509Certificate } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/index.js';
import { makeLocalCertificate, type TlsIdentity } from './local-certificate.js';

export type TlsListenerName = 'internal' | 'mtls';

const RENEW_MS = 7 * 86_400_000;
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

/** From the configuration; outside production, what is missing is made in the data folder and made again before it ends. */
export async function loadTlsIdentity(settings: Settings, name: TlsListenerName): Promise<TlsIdentity> {
  const { cert, key, url } =
    name === 'internal'
      ? { cert: settings.INTERNAL_TLS_CERT, key: settings.INTERNAL_TLS_KEY, url: settings.INTERNAL_URL }
      : { cert: settings.MTLS_TLS_CERT, key: settings.MTLS_TLS_KEY, url: settings.MTLS_URL };
  if (cert && key) return { cert, key: key.reveal() };
  if (settings.NODE_ENV === 'production' || !url) throw new Error(`The ${name} listener has no certificate.`);
  return new LocalIdentity(settings.DATA_DIR, name).load(new URL(url).hostname.replace(/^\[|\]$/g, ''));
}

/** `<name>-tls.pem` with key and certificate, and `<name>-tls.crt` for clients to trust. */
class LocalIdentity {
  private readonly path: string;

  constructor(
    private readonly dataDir: string,
    private readonly name: string,
  ) {
    this.path = join(dataDir, `${name}-tls.pem`);
  }

  async load(host: string): Promise<TlsIdentity> {
    const known = this.read();
    const identity =
      known && serves(known, host) ? known : this.keep(await makeLocalCertificate([...new Set([host, ...LOOPBACK])], this.name), known);
    this.write(join(this.dataDir, `${this.name}-tls.crt`), identity.cert, 0o644);
    return identity;
  }

  private read(): TlsIdentity | undefined {
    if (!existsSync(this.path)) return undefined;
    const text = readFileSync(this.path, 'utf8');
    const start = text.indexOf('-----BEGIN CERTIFICATE');
    return { key: text.slice(0, start), cert: text.slice(start) };
  }

  /** Where several replicas start on one folder, the first file stays and all of them use it. */
  private keep(made: TlsIdentity, known: TlsIdentity | undefined): TlsIdentity {
    mkdirSync(this.dataDir, { recursive: true, mode: 0o700 });
    if (known) {
      this.write(this.path, made.key + made.cert, 0o600);
      return made;
    }
    const temporary = `${this.path}.${process.pid}`;
    writeFileSync(temporary, made.key + made.cert, { mode: 0o600 });
    try {
      linkSync(temporary, this.path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(temporary);
    }
    return this.read() ?? made;
  }

  private write(path: string, text: string, mode: number): void {
    const temporary = `${path}.${process.pid}`;
    writeFileSync(temporary, text, { mode });
    renameSync(temporary, path);
  }
}

function serves({ cert }: TlsIdentity, host: string): boolean {
  const certificate = new X509Certificate(cert);
  const named = certificate.checkHost(host) ?? certificate.checkIP(host);
  return named !== undefined && new Date(certificate.validTo).getTime() - Date.now() > RENEW_MS;
}
