// Starts and stops servers one after the other, in one process: loading the product's modules takes four seconds of a core, starting
// it with modules that are loaded takes less than one. Told over IPC by server-hosts.ts.
import { explainFailure } from '../../dist/src/start-failure.js';
import { startServer } from '../../dist/src/start.js';

let running;

process.on('message', ({ start, stop }) => void (start ? begin(start) : stop ? end() : undefined));
process.on('disconnect', () => process.exit(0));
process.send({ loaded: true });

async function begin(environment) {
  try {
    running = await startServer(environment, () => undefined);
    process.send({ started: true });
  } catch (error) {
    process.stderr.write(`${explainFailure(error, environment)}\n`);
    process.send({ failed: true });
  }
}

/** As src/main.ts does: what does not end in time is given up, with the process. */
async function end() {
  const graceMs = running.configuration.settings.SHUTDOWN_GRACE_SECONDS * 1000;
  const timer = setTimeout(() => process.exit(1), graceMs);
  await running.stop();
  clearTimeout(timer);
  running = undefined;
  process.send({ stopped: true });
}
