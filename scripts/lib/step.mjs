import { spawn } from 'node:child_process';
import { ROOT } from './project.mjs';

const HEARTBEAT_MS = 10_000;
const startedAt = Date.now();
const running = new Set();

// A reader that went away (`npm start | head`) is no reason to fall over.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

export class StepFailure extends Error {}

/** @param {string} line */
export function say(line) {
  console.log(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(6)} s  ${line}`);
}

/** Runs a command silently, with a sign of life while it is long; shows all it printed if it fails. */
export async function quietStep(title, command, args, env = process.env) {
  say(`${title} …`);
  const heartbeat = setInterval(() => say(`  still ${title}`), HEARTBEAT_MS);
  const output = [];
  try {
    const code = await run(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env }, output);
    if (code !== 0) throw new StepFailure(`${Buffer.concat(output).toString()}\nfailed: ${title} (${describe(code)})`);
  } finally {
    clearInterval(heartbeat);
  }
}

/** Runs a command whose output the user wants to see; answers its exit code. */
export async function loudStep(title, command, args) {
  say(title);
  return run(command, args, { stdio: 'inherit', env: process.env }, []);
}

/** @param {NodeJS.Signals} signal */
export function endRunningSteps(signal) {
  for (const child of running) child.kill(signal);
}

function run(command, args, options, output) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, shell: process.platform === 'win32', ...options });
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
    child.once('error', (error) => reject(new StepFailure(`${command} could not be run: ${error.message}`)));
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve(code ?? signal);
    });
  });
}

function describe(code) {
  return typeof code === 'number' ? `exit code ${code}` : `ended by ${code}`;
}
