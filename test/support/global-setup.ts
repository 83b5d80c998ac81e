import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureBuilt } from '../../scripts/lib/build.mjs';
import { createDatabase } from '../../src/platform/database/connection.js';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/database/embedded/index.js';
import { ROLES, RUNTIME_LOGIN } from '../../src/platform/database/roles.js';
import { launch, TEMPLATE, type ServerFiles } from './launch.js';
import { ServerHosts } from './server-hosts.js';

export interface TestCluster {
  superuserUrl: string;
  ownerUrl: string;
  runtimeUrl: string;
  /** Copied for every server: its keys and demo.json fit the template database. */
  dataDir: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    cluster: TestCluster;
    /** Where servers are started: see server-hosts.ts. */
    hosts: string;
  }
}

const PASSWORDS = { owner: 'owner-of-tests', runtime: 'runtime-of-tests' };

/** One PostgreSQL for all test files, and in it one template database with the demo loaded; each server gets a copy. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'countersign-tests-'));
  const clusterDir = join(folder, 'cluster');
  // Tests of durability start clusters of their own; here only speed matters.
  const cluster = await startEmbeddedPostgres({ dataDir: clusterDir, progress: () => undefined, settings: { max_connections: '200' } });
  await createDatabase(cluster.superuserUrl, TEMPLATE, PASSWORDS);
  const files: ServerFiles = {
    dataDir: join(folder, 'template'),
    runtimeUrl: cluster.urlFor({ user: RUNTIME_LOGIN, password: PASSWORDS.runtime, database: TEMPLATE }),
    ownerUrl: cluster.urlFor({ user: ROLES.owner, password: PASSWORDS.owner, database: TEMPLATE }),
  };
  const server = await launch(files, {});
  await server.process.stop();
  const hosts = await ServerHosts.open(join(folder, 'hosts'));
  project.provide('hosts', hosts.url);
  project.provide('cluster', { superuserUrl: cluster.superuserUrl, ...files });
  return async () => {
    hosts.close();
    await cluster.stop();
    await removeEmbeddedPostgres(clusterDir);
    rmSync(folder, { recursive: true, force: true });
  };
}
