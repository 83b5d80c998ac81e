import { banner } from './bootstrap/index.js';
import { explainFailure } from './start-failure.js';
import { startServer, type RunningServer } from './start.js';

const startedAt = Date.now();
let server: RunningServer | undefined;
let stopping = false;

// The terminal or pipe of the starting script may be gone before this process is.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
// Started by scripts/start.mjs: when that is killed, even with -9, the channel closes.
process.on('disconnect', () => void stop(0));

try {
  server = await startServer(process.env, say);
  if (stopping) await stop(0);
  else if (server.configuration.settings.NODE_ENV !== 'production') console.log(banner(server.configuration.settings, server.firstStart));
  else server.log.info('server.ready', { port: server.configuration.settings.PORT });
} catch (error) {
  console.error(explainFailure(error, process.env));
  process.exit(1);
}

function say(line: string): void {
  console.log(`[${((Date.now() - startedAt) / 1000).toFixed(1).padStart(5)} s] ${line}`);
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  const graceMs = (server?.configuration.settings.SHUTDOWN_GRACE_SECONDS ?? 10) * 1000;
  setTimeout(() => process.exit(1), graceMs).unref();
  await server?.stop();
  process.exit(code);
}
