export { startEmbeddedPostgres } from './embedded-cluster.js';
export type { EmbeddedCluster, EmbeddedPostgresOptions } from './embedded-cluster.js';
export { EmbeddedPostgresError } from './embedded-postgres.error.js';
export { removeEmbeddedPostgres } from './remove-cluster.js';
