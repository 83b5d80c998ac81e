import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, fetch as undiciFetch, type RequestInit } from 'undici';
import {
  IssuerConnection,
  ResourceRequestRefused,
  ResourceServer,
  type IssuerConnectionOptions,
  type RevocationFeedEvent,
  type UsageReporterEvent,
} from '@countersign/resource-server';
import type { TestServer } from './countersign.js';
import type { TlsClient } from './service-certificates.js';

/** A fetch whose connections trust the internal listener, and show a certificate where one is given. */
export function internalFetch(server: TestServer, client?: TlsClient): { fetch: typeof fetch; agent: Agent } {
  const ca = readFileSync(join(server.files.dataDir, 'internal-tls.crt'), 'utf8');
  const agent = new Agent({ connect: { ca, ...(client && { cert: client.cert, key: client.key }) } });
  const call = (url: string, init: RequestInit): unknown => undiciFetch(url, { ...init, dispatcher: agent });
  return { fetch: call as unknown as typeof fetch, agent };
}

/** The guards of one of our services, in a process of its own as far as the issuer can see. */
export class InternalGuard {
  readonly events: (RevocationFeedEvent | UsageReporterEvent)[] = [];
  readonly connection: IssuerConnection;
  private readonly api: ResourceServer;

  constructor(server: TestServer, audience: string, access: Pick<IssuerConnectionOptions, 'credential' | 'fetch'>) {
    this.connection = new IssuerConnection({
      issuer: server.internalUrl,
      audience,
      ...access,
      onEvent: (event) => void this.events.push(event),
    });
    this.api = new ResourceServer({ ...this.connection });
  }

  /** `accepted`, or the reason of a refusal. */
  async verdict(token: string, scope: string, operation = `${this.connection.audience}.call`): Promise<string> {
    try {
      await this.api.verifyToken(token, { scopes: [scope], operation });
      return 'accepted';
    } catch (error) {
      return error instanceof ResourceRequestRefused ? error.reason : String(error);
    }
  }
}
