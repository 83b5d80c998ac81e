import type { DatabaseConnection } from './connection.js';

/** Injection token of the connection's addresses. */
export abstract class DatabaseConnectionToken implements Pick<DatabaseConnection, 'listenUrl'> {
  abstract readonly listenUrl: string;
}
