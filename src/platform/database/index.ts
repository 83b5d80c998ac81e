export { connectDatabase, createDatabase, type DatabaseConnection } from './connection.js';
export { DatabaseConnectionToken } from './database-connection.token.js';
export { DatabaseModule } from './database.module.js';
export { isDatabaseUnavailable, sqlState, UNIQUE_VIOLATION } from './database-unavailable.js';
export { decodeCursor, encodeCursor, pageOf, type Page } from './cursor.js';
export { migrate } from './migrator.js';
export { createRolesSql, identifier, literal, ROLES, RUNTIME_LOGIN } from './roles.js';
export { PlatformTransactions, TenantTransactions, Transaction } from './transactions.js';
