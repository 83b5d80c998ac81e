import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type DocumentAnswer = (request: IncomingMessage, response: ServerResponse) => void;

/** The host of documents of apps, on this machine: in development such addresses are taken from loopback. */
export class DocumentHost {
  /** Paths of what was asked for. */
  readonly requests: string[] = [];
  private readonly answers = new Map<string, DocumentAnswer>();

  private constructor(
    readonly url: string,
    private readonly close: () => Promise<void>,
  ) {}

  static async start(): Promise<DocumentHost> {
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      host.requests.push(path);
      const answer = host.answers.get(path);
      if (answer) answer(request, response);
      else response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const host: DocumentHost = new DocumentHost(`http://localhost:${(server.address() as AddressInfo).port}`, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    return host;
  }

  stop(): Promise<void> {
    return this.close();
  }

  /** A document of a public app, unless `members` say otherwise. @returns its client id */
  serve(path: string, members: object = {}, headers: Record<string, string> = {}): string {
    const clientId = this.url + path;
    const document = { client_id: clientId, client_name: 'Notes', redirect_uris: ['https://notes.example/cb'], ...members };
    return this.answer(path, (_, response) =>
      response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(document)),
    );
  }

  answer(path: string, answer: DocumentAnswer): string {
    this.answers.set(path, answer);
    return this.url + path;
  }

  askedFor(clientId: string): number {
    return this.requests.filter((path) => this.url + path === clientId).length;
  }
}
