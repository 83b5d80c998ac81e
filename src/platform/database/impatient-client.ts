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
