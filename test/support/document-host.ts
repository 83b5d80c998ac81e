import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { makeCertificate } from './certificates.js';
import { anAuthority, pemOf, shown } from './client-certificates.js';

const OUTSIDE = 'agents.example';
const PRELOAD = new URL('outbound-hosts.mjs', import.meta.url).href;

/** Hosts of documents in the outside world, below agents.example, by https and with certificates that the product can verify. */
export class DocumentHost {
  /** Addresses that were asked for. */
  readonly requests: string[] = [];
  private readonly documents = new Map<string, unknown>();

  private constructor(
    /** For the process that is to reach it: it is a process of its own. */
    readonly environment: Readonly<Record<string, string>>,
    private readonly close: () => Promise<void>,
  ) {}

  /** @param folder where the certificate of its authority is put */
  static async start(folder: string): Promise<DocumentHost> {
    const authority = await anAuthority({ subject: 'CN=Authority of the outside' });
    const { cert, key } = await shown(await makeCertificate({ signer: authority, otherNames: [{ type: 'dns', value: `*.${OUTSIDE}` }] }));
    const server = createServer({ cert, key }, (request, response) => {
      const address = `https://${request.headers.host}${request.url}`;
      host.requests.push(address);
      const document = host.documents.get(address);
      response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' }).end(JSON.stringify(document ?? {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const trusted = join(folder, 'outside.crt');
    writeFileSync(trusted, pemOf(authority));
    const host: DocumentHost = new DocumentHost(
      {
        NODE_OPTIONS: `--import=${PRELOAD}`,
        NODE_EXTRA_CA_CERTS: trusted,
        OUTSIDE,
        OUTSIDE_PORT: String((server.address() as AddressInfo).port),
      },
      async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    );
    return host;
  }

  /** @returns the address of the document, which is the client id */
  publish(name: string, fields: Record<string, unknown>): string {
    const client_id = `https://${name}.${OUTSIDE}/client.json`;
    this.documents.set(client_id, { client_id, ...fields });
    return client_id;
  }

  stop(): Promise<void> {
    return this.close();
  }
}
