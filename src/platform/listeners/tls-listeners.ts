import { createServer, type Server } from 'node:https';
import type { SecureVersion } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import type { Zone } from '@countersign/oauth';
import { servesZone, type Settings } from '../config/index.js';
import { assignZone, SERVER_LIMITS, UnusedConnections } from '../http/index.js';
import { loadTlsIdentity, type TlsListenerName } from './tls-identity.js';

const HANDSHAKE_MS = 10_000;
const SWEEP_MS = 50;

interface TlsListener {
  readonly name: TlsListenerName;
  readonly zone: Zone;
  readonly host: string;
  readonly port: number;
  readonly minVersion: SecureVersion;
}

/**
 * The listeners that ask for client certificates: the internal zone's, and the public routes' second door (RFC 8705 §5).
 * They hand their requests to the same application; the zone of the listener decides what it is to them.
 */
export class TlsListeners {
  private readonly servers: { readonly server: Server; readonly unused: UnusedConnections }[] = [];

  /** To be made before Fastify is ready: closing it ends the requests of these listeners too. */
  constructor(
    private readonly fastify: FastifyInstance,
    private readonly settings: Settings,
  ) {
    // preClose: from here on Fastify answers new requests with 503 and `Connection: close`.
    fastify.addHook('preClose', () => this.close());
  }

  /** Binds those of the zones that this process serves. */
  async open(): Promise<void> {
    await this.fastify.ready();
    for (const listener of listenersOf(this.settings)) await this.listen(listener);
  }

  private async listen({ name, zone, host, port, minVersion }: TlsListener): Promise<void> {
    const identity = await loadTlsIdentity(this.settings, name);
    // Whether a certificate is needed and whom it proves is judged by route, not by the handshake.
    const options = { ...SERVER_LIMITS, ...identity, minVersion, requestCert: true, rejectUnauthorized: false };
    const server = createServer({ ...options, handshakeTimeout: HANDSHAKE_MS }, (request, response) => {
      this.fastify.routing(request, response);
    });
    assignZone(server, zone);
    const unused = new UnusedConnections(server, 'secureConnection');
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, () => resolve()));
    this.servers.push({ server, unused });
  }

  private async close(): Promise<void> {
    const ended = this.servers.map(({ server }) => new Promise((resolve) => server.close(resolve)));
    const sweep = setInterval(() => this.sweep(), SWEEP_MS);
    await Promise.all(ended);
    clearInterval(sweep);
  }

  /** A connection whose last request still runs, or that had none yet, would stay for its keep-alive time. */
  private sweep(): void {
    for (const { server, unused } of this.servers) {
      server.closeIdleConnections();
      unused.close();
    }
  }
}

function listenersOf(settings: Settings): TlsListener[] {
  const { HOST, INTERNAL_HOST, INTERNAL_PORT, MTLS_PORT, MTLS_URL } = settings;
  const listeners: TlsListener[] = [];
  if (servesZone(settings, 'internal'))
    listeners.push({ name: 'internal', zone: 'internal', host: INTERNAL_HOST, port: INTERNAL_PORT, minVersion: 'TLSv1.3' });
  // Clients of tenants and partners choose their own stacks.
  if (servesZone(settings, 'external') && MTLS_URL)
    listeners.push({ name: 'mtls', zone: 'external', host: HOST, port: MTLS_PORT, minVersion: 'TLSv1.2' });
  return listeners;
}
