import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A host of the attacker's, on loopback. Whoever asks it anything has followed a URL out of a token. */
export interface Canary {
  readonly url: string;
  /** Paths that were asked for, so far. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** @param documents body by path */
export async function startCanary(documents: Readonly<Record<string, string>>): Promise<Canary> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    requests.push(path);
    response.end(Object.hasOwn(documents, path) ? documents[path] : '{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
