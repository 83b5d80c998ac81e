import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ROOT, inProject } from './project.mjs';
import { say } from './step.mjs';

const GRACE_MS = 10_000;

/**
 * Runs the server. In a session of its own, so that Ctrl-C reaches it once, through us, and not a second time from the
 * terminal. The IPC channel tells it when we are gone, whatever the way.
 */
export function startServer(args) {
  const child = spawn(process.execPath, ['--enable-source-maps', inProject('dist', 'src', 'main.js'), ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  let isStopping = false;
  const exitCode = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(isStopping ? codeWhenStopped(code, signal) : codeOf(code, signal)));
  });
  const stop = (signal) => {
    isStopping = true;
    child.kill(signal);
    setTimeout(() => {
      say(`the server did not end within ${GRACE_MS / 1000} s: killing it`);
      child.kill('SIGKILL');
    }, GRACE_MS).unref();
  };
  return { exitCode, stop };
}

/** Ending because it was asked to is no failure, also where a framework ends itself by the signal it got. */
function codeWhenStopped(code, signal) {
  return signal !== null && signal !== 'SIGKILL' ? 0 : codeOf(code, signal);
}

function codeOf(code, signal) {
  return code ?? 128 + constants.signals[signal];
}
