import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { inject } from 'vitest';
import type { DemoCredential, DemoDocument, DemoOrgEntry } from '../../src/bootstrap/demo-file.js';
import { freePort, launch, launchHosted, TEMPLATE, type LaunchedServer, type ServerFiles, type ServerProcess } from './launch.js';

export type { DemoCredential, DemoDocument, DemoOrgEntry };

/** A running Countersign with a database of its own, and its demo credentials. */
export interface TestServer {
  readonly url: string;
  readonly opsUrl: string;
  readonly internalUrl: string;
  readonly mtlsUrl: string;
  readonly demo: DemoDocument;
  readonly process: ServerProcess;
  readonly files: ServerFiles;
  /** The first demo organization and the second. */
  readonly orgs: readonly [DemoOrgEntry, DemoOrgEntry];
  /** Runs SQL as the superuser, past every policy: for looking, and for planting bugs. */
  sql<T extends object>(text: string, values?: unknown[]): Promise<T[]>;
  /** One more replica on the same database and keys. */
  replica(environment?: Readonly<Record<string, string>>): Promise<LaunchedServer>;
  stop(): Promise<void>;
}

/** @param isAlone in a process of its own, for what a process is started with */
export async function startTestServer(environment: Readonly<Record<string, string>> = {}, isAlone = false): Promise<TestServer> {
  const cluster = inject('cluster');
  const database = `t_${randomBytes(6).toString('hex')}`;
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-test-'));
  cpSync(cluster.dataDir, dataDir, { recursive: true });
  await onCluster(cluster.superuserUrl, `CREATE DATABASE ${database} TEMPLATE ${TEMPLATE} OWNER countersign_owner`);
  const files = { dataDir, runtimeUrl: inDatabase(cluster.runtimeUrl, database), ownerUrl: inDatabase(cluster.ownerUrl, database) };
  const server = await (isAlone ? launch : launchHosted)(files, environment);
  const replicas: ServerProcess[] = [];
  const demo = JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as DemoDocument;
  const [first, second] = demo.orgs;
  if (!first || !second) throw new Error('The demo has two organizations.');
  return {
    ...server,
    demo,
    files,
    orgs: [first, second],
    sql: (text, values) => query(inDatabase(cluster.superuserUrl, database), text, values),
    replica: async (more = {}) => {
      const replica = await launchHosted(files, {
        PUBLIC_URL: server.url,
        INTERNAL_URL: server.internalUrl,
        MTLS_URL: server.mtlsUrl,
        ...environment,
        PORT: String(await freePort()),
        ...more,
      });
      replicas.push(replica.process);
      return replica;
    },
    stop: async () => {
      await Promise.all([server.process.stop(), ...replicas.map((replica) => replica.stop())]);
      await onCluster(cluster.superuserUrl, `DROP DATABASE ${database} WITH (FORCE)`);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function inDatabase(url: string, database: string): string {
  const moved = new URL(url);
  moved.pathname = `/${database}`;
  return moved.href;
}

async function onCluster(url: string, text: string): Promise<void> {
  await query(url, text);
}

async function query<T extends object>(url: string, text: string, values?: unknown[]): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(text, values)).rows;
  } finally {
    await client.end();
  }
}
