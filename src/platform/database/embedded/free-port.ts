import { createServer } from 'node:net';
import { EmbeddedPostgresError } from './embedded-postgres.error.js';

// Below the range from which Linux takes ports for outgoing connections, which could hold ours while the server restarts.
const FIRST = 20_000;
const LAST = 32_000;

export async function findFreePort(preferred?: number): Promise<number> {
  if (preferred && (await isFree(preferred))) return preferred;
  for (let attempt = 0; attempt < 50; attempt++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (await isFree(port)) return port;
  }
  throw new EmbeddedPostgresError(`No free port was found on 127.0.0.1 between ${FIRST} and ${LAST}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
