import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inProject } from './project.mjs';

/** The OpenAPI document of a server with the default addresses, started for the moment. */
export async function fetchOpenApi() {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'countersign-openapi-'));
  const [port, opsPort] = [await freePort(), await freePort()];
  const env = {
    ...process.env,
    NODE_ENV: 'development',
    DATA_DIR: dataDir,
    DEMO: 'false',
    PORT: port,
    OPS_PORT: opsPort,
    // What the document describes; the other listeners might be in use.
    ZONES: 'external',
    MTLS_PORT: await freePort(),
    PUBLIC_URL: 'http://localhost:3000',
    LOG_LEVEL: 'error',
  };
  const server = spawn(process.execPath, [inProject('dist', 'src', 'main.js')], { env, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  try {
    return await whenReady(`http://localhost:${port}/docs/openapi.json`, server);
  } finally {
    server.kill('SIGTERM');
    await new Promise((resolve) => (server.exitCode === null ? server.once('exit', resolve) : resolve()));
    const { removeEmbeddedPostgres } = await import('../../dist/src/platform/database/embedded/index.js');
    await removeEmbeddedPostgres(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function whenReady(url, server) {
  for (let i = 0; i < 600 && server.exitCode === null; i++) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return response.json();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('The server did not start.');
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(20_000 + Math.floor(Math.random() * 12_000), '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(String(port)));
    });
    probe.once('error', () => resolve(freePort()));
  });
}
