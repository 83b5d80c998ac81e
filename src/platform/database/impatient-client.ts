import type { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';
import type { StatementNames } from './statement-names.js';

/** What pg has but does not declare. */
interface Internals {
  readonly connection: { readonly stream: Socket };
  readonly readyForQuery: boolean;
}

/**
 * pg's client for the pool, but it gives up a connection on which an answer is overdue. The server's own statement_timeout
 * does not help where the server or the network has gone silent, and pg's query_timeout leaves the connection in the pool.
 * @param names absent: nothing is prepared, because a pooler hands each transaction another connection
 */
export function impatientClient(silenceMs: number, names?: StatementNames): typeof Client {
  return class ImpatientClient extends Client {
    constructor(config?: string | ClientConfig) {
      super(config);
      this.once('connect', () => this.watch());
      this.query = together(this, names);
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
function together(client: Client, names: StatementNames | undefined): Client['query'] {
  const query = client.query.bind(client) as (...given: unknown[]) => unknown;
  const { connection } = client as unknown as Internals;
  return ((...given: unknown[]) => {
    // Another one after the TLS handshake.
    const { stream } = connection;
    stream.cork();
    process.nextTick(() => stream.uncork());
    return query(...(names ? prepared(given, names) : given));
  }) as Client['query'];
}

/** As TypeORM and the doors of transactions ask: a text with its values. */
function prepared(given: unknown[], names: StatementNames): unknown[] {
  const [text, values] = given;
  if (given.length !== 2 || typeof text !== 'string' || !Array.isArray(values) || values.length === 0) return given;
  const name = names.of(text);
  return name === undefined ? given : [{ name, text, values }];
}
