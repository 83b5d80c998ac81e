import { createServer } from 'node:net';
import { CountersignProcess } from '@countersign/testing';
import { HostedServer } from './hosted-server.js';

export interface ServerFiles {
  dataDir: string;
  runtimeUrl: string;
  ownerUrl: string;
}

export type ServerProcess = Pick<CountersignProcess, 'pid' | 'log' | 'stop' | 'kill'>;

export interface LaunchedServer {
  readonly url: string;
  readonly opsUrl: string;
  /** Where this process itself serves the internal zone; its issuer is INTERNAL_URL, which replicas share. */
  readonly internalUrl: string;
  readonly mtlsUrl: string;
  readonly process: ServerProcess;
}

/** The database with the demo that every server's database is copied from. */
export const TEMPLATE = 'countersign';

const UNLIMITED = Object.fromEntries(
  [
    'TOKEN_PER_CLIENT',
    'TOKEN_PER_SOURCE',
    'FAILURES_PER_SOURCE',
    'API_PER_CLIENT',
    'SIGN_IN_VISITS_PER_SOURCE',
    'SIGN_IN_PER_SOURCE',
    'SIGN_IN_PER_ACCOUNT',
    'SIGN_IN_STRANGERS_PER_ACCOUNT',
    'AUTHORIZATION_PER_SOURCE',
    'METADATA_DOCUMENTS_PER_SOURCE',
    'METADATA_DOCUMENTS_PER_HOST',
  ].map((limit) => [`RATE_LIMIT_${limit}`, '1000000']),
);

const ENTRY = new URL('../../dist/src/main.js', import.meta.url).pathname;

/** Starts the built product on free ports, with a given database and data folder, in a process of its own. */
export function launch(files: ServerFiles, environment: Readonly<Record<string, string>>): Promise<LaunchedServer> {
  return startOn(files, environment, (settings) =>
    CountersignProcess.start({
      entry: ENTRY,
      readyUrl: `http://localhost:${settings['OPS_PORT']}/health/ready`,
      environment: settings,
    }),
  );
}

/** The same in a process that has run servers of other tests before: five times as fast. */
export function launchHosted(files: ServerFiles, environment: Readonly<Record<string, string>>): Promise<LaunchedServer> {
  return startOn(files, environment, (settings) => HostedServer.start(settings));
}

async function startOn(
  files: ServerFiles,
  environment: Readonly<Record<string, string>>,
  start: (settings: Readonly<Record<string, string>>) => Promise<ServerProcess>,
): Promise<LaunchedServer> {
  const port = environment['PORT'] ?? (await freePort());
  const [opsPort, internalPort, mtlsPort] = [await freePort(), await freePort(), await freePort()];
  const url = environment['PUBLIC_URL'] ?? `http://localhost:${port}`;
  const process = await start({
    NODE_ENV: 'test',
    LOG_LEVEL: 'warn',
    // As in production, so that the demo organizations admit what they list.
    CLIENT_ID_METADATA_DOCUMENTS: 'listed',
    DATA_DIR: files.dataDir,
    DATABASE_URL: files.runtimeUrl,
    MIGRATION_DATABASE_URL: files.ownerUrl,
    DEMO: 'true',
    PORT: String(port),
    OPS_PORT: String(opsPort),
    PUBLIC_URL: url,
    INTERNAL_PORT: String(internalPort),
    INTERNAL_URL: `https://localhost:${internalPort}`,
    MTLS_PORT: String(mtlsPort),
    MTLS_URL: `https://localhost:${mtlsPort}`,
    ...UNLIMITED,
    ...environment,
  });
  return {
    url: `http://localhost:${port}`,
    opsUrl: `http://localhost:${opsPort}`,
    internalUrl: `https://localhost:${internalPort}`,
    mtlsUrl: `https://localhost:${mtlsPort}`,
    process,
  };
}

/** A port that nobody uses, below the range that outgoing connections take. */
const PORTS_PER_WORKER = 3_000;
const given = new Set<number>();

/** Never the same twice, and none of another worker: some time passes until the port is used. */
export async function freePort(): Promise<number> {
  const first = 20_000 + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 4) * PORTS_PER_WORKER;
  for (;;) {
    const port = first + Math.floor(Math.random() * PORTS_PER_WORKER);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
