import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT, inProject, readJson } from '../project.mjs';

const READY_MS = 120_000;
const STOP_MS = 20_000;
const POLL_MS = 100;

/**
 * A Countersign with an empty database, a folder and ports of its own: what the demo finds there is what the demo did. It can be stopped
 * from now on; `ready()` waits until it serves, and answers what is known then.
 */
export async function launchProduct() {
  const [PORT, OPS_PORT, INTERNAL_PORT, MTLS_PORT] = (await freePorts(4)).map(String);
  const dataDir = mkdtempSync(path.join(tmpdir(), 'countersign-demo-'));
  const [publicUrl, internalUrl] = [`http://localhost:${PORT}`, `https://localhost:${INTERNAL_PORT}`];
  const environment = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    NODE_ENV: 'development',
    LOG_LEVEL: 'warn',
    DATA_DIR: dataDir,
    DEMO: 'true',
    PUBLIC_URL: publicUrl,
    INTERNAL_URL: internalUrl,
    MTLS_URL: `https://localhost:${MTLS_PORT}`,
    TRUST_DOMAIN: 'demo.example',
    PORT,
    OPS_PORT,
    INTERNAL_PORT,
    MTLS_PORT,
  };
  const child = spawn(process.execPath, ['--enable-source-maps', inProject('dist', 'src', 'main.js')], {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output = (output + chunk).slice(-20_000)));
  const caFile = path.join(dataDir, 'internal-tls.crt');
  const ready = async () => {
    await untilReady(child, `http://localhost:${OPS_PORT}/health/ready`).catch((error) => {
      throw new Error(`Countersign did not start. ${error.message}\n${output}`, { cause: error });
    });
    return { ca: readFileSync(caFile, 'utf8'), demo: readJson(path.join(dataDir, 'demo.json')) };
  };
  let stopped;
  // Once, although an interruption and the end that it causes both ask for it.
  const stop = () => (stopped ??= end(child).then(() => remove(dataDir)));
  return { dataDir, publicUrl, internalUrl, caFile, ready, stop };
}

async function untilReady(child, url) {
  for (const deadline = Date.now() + READY_MS; Date.now() < deadline; await pause(POLL_MS)) {
    if (hasEnded(child)) throw new Error(`It ended with ${child.exitCode ?? child.signalCode}.`);
    const isReady = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
  }
  throw new Error('It was not ready in time.');
}

/** With the database, which stands elsewhere when root runs the demo. */
async function remove(dataDir) {
  const { removeEmbeddedPostgres } = await import('../../../dist/src/platform/database/embedded/index.js');
  try {
    await removeEmbeddedPostgres(dataDir);
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Asks it to end, and makes it end. */
export async function end(child) {
  if (hasEnded(child)) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exit;
  clearTimeout(timer);
}

function hasEnded(child) {
  return child.exitCode !== null || child.signalCode !== null;
}

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** All at once, so that none is given twice. */
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve, reject) => {
          const server = createServer().once('error', reject);
          server.listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
