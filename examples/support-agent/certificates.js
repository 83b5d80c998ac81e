import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** The certificate authority of a tenant. Its key never leaves the tenant; Countersign gets the certificate alone. */
export class Authority {
  #folder = mkdtempSync(join(tmpdir(), 'support-agent-'));

  constructor(name) {
    try {
      this.#openssl('req', '-x509', ...NEW_KEY, '-days', '3650', '-subj', `/CN=${name}`, '-keyout', 'ca.key', '-out', 'ca.crt');
      this.certificate = this.#read('ca.crt');
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** A certificate for a client with this DNS name, and its key. */
  issue(dnsName) {
    this.#openssl('req', '-new', ...NEW_KEY, '-subj', '/CN=support agent', '-keyout', 'client.key', '-out', 'client.csr');
    const extensions = [
      `subjectAltName=DNS:${dnsName}`,
      'basicConstraints=critical,CA:FALSE',
      'keyUsage=critical,digitalSignature',
      'extendedKeyUsage=clientAuth',
    ];
    writeFileSync(join(this.#folder, 'client.ext'), extensions.join('\n'));
    const signer = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
    this.#openssl('x509', '-req', '-in', 'client.csr', ...signer, '-days', '30', '-extfile', 'client.ext', '-out', 'client.crt');
    return { cert: this.#read('client.crt'), key: this.#read('client.key') };
  }

  /** With its key. */
  remove() {
    rmSync(this.#folder, { recursive: true });
  }

  #read(name) {
    return readFileSync(join(this.#folder, name), 'utf8');
  }

  #openssl(...args) {
    execFileSync('openssl', args, { cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] });
  }
}
