import { createServer } from 'node:net';
import { CountersignProcess } from '@countersign/testing';

export interface ServerFiles {
  dataDir: string;
  runtimeUrl: string;
  ownerUrl: string;
}

export interface LaunchedServer {
  readonly url: string;
  readonly opsUrl: string;
  /** Where this process itself serves the internal zone; its issuer is INTERNAL_URL, which replicas share. */
  readonly internalUrl: string;
  readonly mtlsUrl: string;
  readonly process: CountersignProcess;
}

/** The database with the demo that every server's database is copied from. */
export const TEMPLATE = 'countersign';

const ENTRY = new URL('../../dist/src/main.js', import.meta.url).pathname;

/** Starts the built product on free ports, with a given database and data folder. */
export async function launch(files: ServerFiles, environment: Readonly<Record<string, string>>): Promise<LaunchedServer> {
  const [port, opsPort, internalPort, mtlsPort] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const url = environment['PUBLIC_URL'] ?? `http://localhost:${port}`;
  const process = await CountersignProcess.start({
    entry: ENTRY,
    readyUrl: `http://localhost:${opsPort}/health/ready`,
    environment: {
      NODE_ENV: 'test',
      LOG_LEVEL: 'warn',
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
      RATE_LIMIT_TOKEN_PER_CLIENT: '1000000',
      RATE_LIMIT_TOKEN_PER_SOURCE: '1000000',
      RATE_LIMIT_FAILURES_PER_SOURCE: '1000000',
      RATE_LIMIT_API_PER_CLIENT: '1000000',
      RATE_LIMIT_SIGN_IN_VISITS_PER_SOURCE: '1000000',
      RATE_LIMIT_SIGN_IN_PER_SOURCE: '1000000',
      RATE_LIMIT_SIGN_IN_PER_ACCOUNT: '1000000',
      RATE_LIMIT_SIGN_IN_STRANGERS_PER_ACCOUNT: '1000000',
      RATE_LIMIT_AUTHORIZATION_PER_SOURCE: '1000000',
      ...environment,
    },
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
