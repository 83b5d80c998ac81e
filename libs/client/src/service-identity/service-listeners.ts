import { X509Certificate } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Server as TlsServer, SecureContextOptions, TLSSocket, TlsOptions } from 'node:tls';
import type { Generation } from './generation.js';
import { belongsTo, namedIn } from './peer-identity.js';
import type { CheckedIdentityOptions } from './service-identity-options.js';

/** Longer than callers keep an unused connection, so that none is closed under a request. */
const KEEP_ALIVE_MS = 65_000;

/** The listeners of a service: they show its certificate, and let nobody in who is not of the trust domain. */
export class ServiceListeners {
  private readonly servers = new Set<TlsServer>();

  constructor(
    private current: Generation,
    private readonly options: CheckedIdentityOptions,
  ) {}

  /** What every listener is opened with. */
  tlsOptions(): TlsOptions {
    return { ...contextOf(this.current), requestCert: true, rejectUnauthorized: true };
  }

  createServer(handler: RequestListener): Server {
    const server = createServer({ ...this.tlsOptions(), keepAliveTimeout: KEEP_ALIVE_MS }, handler);
    this.attach(server);
    return server;
  }

  /** For a server that was made with `tlsOptions()`. */
  attach(server: TlsServer): void {
    this.servers.add(server);
    // Before the HTTP server takes the connection.
    server.prependListener('secureConnection', (socket) => this.admit(socket));
    server.once('close', () => this.servers.delete(server));
  }

  /** New connections get the new certificate; those that are open stay. */
  swap(next: Generation): void {
    this.current = next;
    for (const server of this.servers) server.setSecureContext(contextOf(next));
  }

  private admit(socket: TLSSocket): void {
    const raw = socket.getPeerCertificate().raw as Buffer | undefined;
    const presented = raw && new X509Certificate(raw);
    if (belongsTo(this.current.certificate.trustDomain, presented, this.options.clock.epochMs())) return;
    socket.destroy();
    this.options.report({ type: 'stranger', presented: presented && namedIn(presented) });
  }
}

function contextOf({ certificate: { record }, bundle }: Generation): SecureContextOptions {
  return { cert: record.certificate, key: record.key, ca: [...bundle.authorities], minVersion: 'TLSv1.3' };
}
