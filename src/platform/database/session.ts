import { Client } from 'pg';
import { ROLES } from './roles.js';

/** A direct connection of its own, outside the pool. */
export type DatabaseSession = Client;

/** Opens a connection in the platform role for the whole session: for LISTEN, which a pooled connection cannot keep. */
export async function openPlatformSession(url: string, name: string): Promise<DatabaseSession> {
  const session = new Client({
    connectionString: url,
    connectionTimeoutMillis: 3_000,
    query_timeout: 3_000,
    keepAlive: true,
    application_name: name,
  });
  // A lost connection shows itself in the next query; without a listener it would end the process.
  session.on('error', () => undefined);
  try {
    await session.connect();
    await session.query(`SET ROLE ${ROLES.platform}`);
    return session;
  } catch (error) {
    await session.end().catch(() => undefined);
    throw error;
  }
}
