import type { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';

/** What pg has but does not declare. */
interface Internals {
  readonly connection: { readonly stream: Socket };
  readonly readyForQuery: boolean;
}

/**
 * pg's client for the pool, but it gives up a connection on which an answer is overdue. The server's own statement_timeout
 * does not help where the server or the network has gone silent, and pg's query_timeout leaves the connection in the pool.
 */
export function impatientClient(silenceMs: number): typeof Client {
  return class ImpatientClient extends Client {
    constructor(config?: string | ClientConfig) {
      super(config);
      this.once('connect', () => this.watch());
      this.query = together(this);
    }

    private watch(): void {
      const internals = this as unknown as Internals;
      const { stream } = internals.connection;
      stream.on('timeout', () => {
        if (!internals.readyForQuery) stream.destroy(Object.assign(new Error('The database does not answer.'), { code: 'ETIMEDOUT' }));
        // An idle connection: Node does not start the timer anew by itself when it is used again.
        else stream.setTimeout(silenceMs);
      });
      stream.setTimeout(silenceMs);
    }
  };
}

/** Statements that are sent one right after the other leave in one write: on the way to the database each costs more than its statement. */
function together(client: Client): Client['query'] {
  const query = client.query.bind(client) as (...given: unknown[]) => unknown;
  const { connection } = client as unknown as Internals;
  return ((...given: unknown[]) => {
    // Another one after the TLS handshake.
    const { stream } = connection;
    stream.cork();
    process.nextTick(() => stream.uncork());
    return query(...given);
  }) as Client['query'];
}
