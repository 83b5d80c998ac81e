import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { webcrypto, X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { Injectable } from '@nestjs/common';
import { PemConverter, Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { Certificates } from '../issuer/certificates/index.js';
import { Configuration, servesZone } from '../platform/config/index.js';
import { loadTlsIdentity } from '../platform/listeners/index.js';
import type { DemoDocument, DemoMicroservice } from './demo-file.js';
import type { ManagementClient } from './management-client.js';

const KEY = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const ORIGIN = { requestId: 'demo', ip: '127.0.0.1', userAgent: undefined };

/** Jobs of the night, for organizations that they name; or for the tenant whose token they were called with. */
const SERVICES = [
  { name: 'nightly-rollups', audience: 'dashboards', scope: 'write:rollups' },
  { name: 'nightly-exports', audience: 'export', scope: 'start:export' },
] as const;
export const DEMO_SERVICE_NAMES = SERVICES.map(({ name }) => name);

/** Two services with certificates and one call each that they may make, registered through the management API like anybody's. */
@Injectable()
export class DemoServices {
  private readonly folder: string;

  constructor(
    private readonly certificates: Certificates,
    private readonly configuration: Configuration,
  ) {
    this.folder = resolve(configuration.settings.DATA_DIR, 'services');
  }

  /** Registered, and with certificates for the time to come; or not wanted, where this process has no internal zone. */
  areReady({ microservices = [] }: DemoDocument): boolean {
    if (!servesZone(this.configuration.settings, 'internal')) return true;
    return SERVICES.every(({ name }) => microservices.some((entry) => entry.name === name && isFresh(entry.cert)));
  }

  async load(api: ManagementClient, document: DemoDocument, save: (document: DemoDocument) => void): Promise<void> {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    for (const service of SERVICES) {
      const known = document.microservices?.find(({ name }) => name === service.name);
      const entry = known ?? (await this.register(api, service));
      if (!known || !isFresh(entry.cert)) await this.certify(api, entry);
      if (!known) save(Object.assign(document, { microservices: [...(document.microservices ?? []), entry] }));
    }
  }

  private async register(api: ManagementClient, { name, audience, scope }: (typeof SERVICES)[number]): Promise<DemoMicroservice> {
    await api.removeLeftOver('/v1/microservices', (found) => found['name'] === name);
    const { id } = await api.post('/v1/microservices', { name, auth_method: 'tls_client_auth' });
    await api.post('/v1/call-policies', { caller: name, target: audience, scopes: [scope], org_mode: 'any' });
    const path = (file: string): string => resolve(this.folder, file);
    return { name, client_id: id, audience, scope, cert: path(`${name}.crt`), key: path(`${name}.key`), ca: path('ca.crt') };
  }

  /** A new key and a certificate for it. `ca` is what to trust: the listener of the issuer, and the other services. */
  private async certify(api: ManagementClient, { client_id, cert, key, ca }: DemoMicroservice): Promise<void> {
    const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
    const request = await Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm: KEY });
    const { join_token } = await api.post(`/v1/microservices/${client_id}/join-tokens`, {});
    const body = { certificate_request: request.toString('pem'), join_token: String(join_token) };
    const issued = await this.certificates.issue(body, undefined, ORIGIN);
    const listener = await loadTlsIdentity(this.configuration.settings, 'internal');
    writeFileSync(key, `${PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')}\n`, {
      mode: 0o600,
    });
    writeFileSync(cert, issued.certificate);
    writeFileSync(ca, [listener.cert, ...issued.ca_certificates].join('\n'));
  }
}

/** With half of its life left; made anew at the next start otherwise, as services do while they run. */
function isFresh(path: string): boolean {
  if (!existsSync(path)) return false;
  const { validFrom, validTo } = new X509Certificate(readFileSync(path));
  return Date.now() < (Date.parse(validFrom) + Date.parse(validTo)) / 2;
}
