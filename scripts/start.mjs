import './lib/node-version.mjs';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { onceInterrupted } from './lib/interruption.mjs';
import { startServer } from './lib/serve.mjs';
import { StepFailure, endRunningSteps, say } from './lib/step.mjs';

let server;
let isInterrupted = false;

onceInterrupted((signal) => {
  isInterrupted = true;
  endRunningSteps(signal);
  server?.stop(signal);
});

try {
  await ensureInstalled();
  if (!isInterrupted) await ensureBuilt();
  if (isInterrupted) process.exit(0);
  say('starting the server …');
  server = startServer(process.argv.slice(2));
  process.exit(await server.exitCode);
} catch (error) {
  if (isInterrupted) process.exit(0);
  console.error(error instanceof StepFailure ? error.message : error);
  process.exit(1);
}
