import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testIssuer } from '@countersign/testing';
import { listPackages } from '../../scripts/lib/packages.mjs';
import { freePort } from '../support/launch.js';
import { packLibraries } from '../support/packed-libraries.js';

const run = promisify(execFile);
const ROOT = new URL('../..', import.meta.url).pathname;
const CONSUMERS = join(ROOT, 'test/contract/package-consumers');
const SETUP_MS = 240_000;
const ROW_MS = 120_000;

/** Programs of a customer that protect GET /reports with read:reports. One more adapter is one more row. */
const APPLICATIONS: readonly (readonly [name: string, entry: string])[] = [
  ['Nest', 'out/nest.js'],
  ['Express', 'express.mjs'],
  ['Fastify', 'fastify.mjs'],
];

/** The examples that serve GET /reports, by the same package names. */
const EXAMPLES = ['nest', 'express', 'fastify', 'fetch'].filter((name) => existsSync(join(ROOT, 'examples', name)));

/** What the programs use beside our packages, in the versions that the repository is tested with. */
const BESIDE = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/passport',
  '@nestjs/platform-fastify',
  '@nestjs/swagger',
  '@types/express',
  '@types/node',
  'class-transformer',
  'class-validator',
  'express',
  'fastify',
  'passport',
  'reflect-metadata',
  'rxjs',
  'typescript',
];

interface Manifest {
  name: string;
  version: string;
  license: string;
  type: string;
  engines: { node: string };
  sideEffects: boolean;
  exports: Record<string, { types: string; default: string } | string>;
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T;
const root = readJson<Manifest>(join(ROOT, 'package.json'));
const packages = listPackages();
const names = packages.map(({ name }) => name);
const specifiers = packages.flatMap(({ name, entries }) => Object.keys(entries).map((subPath) => name + subPath.slice(1)));
const commands = packages.flatMap(({ commands: own }) => Object.keys(own));

let folder: string;
let project: string;
const installed = (name: string): string => join(project, 'node_modules', name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-consumer-'));
  project = join(folder, 'project');
  const output = await packLibraries();
  cpSync(CONSUMERS, project, { recursive: true });
  const pins = { ...root.devDependencies, ...root.dependencies };
  const tarballs = readdirSync(output).filter((file) => file.endsWith('.tgz'));
  const dependencies = Object.fromEntries([
    ...BESIDE.map((name) => [name, pins[name]]),
    ...tarballs.map((file) => [`@countersign/${file.replace(/^countersign-(.+)-\d.*$/, '$1')}`, `file:${join(output, file)}`]),
  ]);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'consumer', type: 'module', private: true, dependencies }));
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: project });
}, SETUP_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed libraries', () => {
  it('are all there: one for each that the repository imports', () => {
    expect(readdirSync(join(project, 'node_modules/@countersign')).sort()).toEqual(names.map((name) => name.split('/')[1]).sort());
    expect(readdirSync(join(ROOT, 'libs')).sort()).toEqual(names.map((name) => name.split('/')[1]).sort());
  });

  it('bring their commands', async () => {
    for (const command of commands) {
      const { stdout } = await run(join('node_modules/.bin', command), ['--help'], { cwd: project });
      expect(stdout, command).toContain(command);
    }
  });

  it.each(names)('%s is an ES module with types, a README and the licence, and says what it needs', (name) => {
    const manifest = readJson<Manifest>(join(installed(name), 'package.json'));
    const { version, license, engines } = root;
    expect(manifest).toMatchObject({ name, version, license, engines, type: 'module', sideEffects: false });
    expect(manifest).not.toHaveProperty('private');
    expect(manifest.devDependencies).toBeUndefined();
    for (const [other, range] of Object.entries(manifest.dependencies ?? {}))
      expect(range, other).toBe(
        other.startsWith('@countersign/') ? version : `^${{ ...root.devDependencies, ...root.dependencies }[other]}`,
      );
    const targets = Object.values(manifest.exports).flatMap((target) => (typeof target === 'string' ? [target] : Object.values(target)));
    for (const file of [...targets, ...Object.values(manifest.bin ?? {})]) expect(existsSync(join(installed(name), file)), file).toBe(true);
  });

  it.each(names)('%s brings nothing else: no tests, no sources, no maps, no traces of this machine', (name) => {
    const files = readdirSync(installed(name), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const paths = files.map((file) => join(file.parentPath, file.name).slice(installed(name).length + 1));
    const foreign = /^(?:package\.json|README\.md|LICENSE|dist\/[\w/-]+(?:\.[a-z]+)*(?<!\.spec|\.test)\.(?:js|d\.ts))$/;
    expect(paths.filter((path) => !foreign.test(path))).toEqual([]);
    expect(paths.filter((path) => readFileSync(join(installed(name), path), 'utf8').includes(ROOT.slice(0, -1)))).toEqual([]);
  });

  it.each(specifiers)('%s can be imported where nothing of this repository is', { timeout: ROW_MS }, async (specifier) => {
    const script = `import * as everything from '${specifier}'; console.log(Object.keys(everything).length)`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: project });
    expect(Number(stdout)).toBeGreaterThan(0);
  });
});

describe('a project that installs them', () => {
  it('type-checks and compiles with nodenext, strictly, declarations of libraries included', { timeout: ROW_MS }, async () => {
    writeFileSync(join(project, 'all.ts'), specifiers.map((name, i) => `export * as e${i} from '${name}';\n`).join(''));
    const options = ['--module', 'nodenext', '--moduleResolution', 'nodenext', '--target', 'ES2022', '--strict', '--skipLibCheck', 'false'];
    const decorators = ['--experimentalDecorators', '--emitDecoratorMetadata', '--types', 'node', '--outDir', 'out', 'nest.ts', 'all.ts'];
    const { stdout } = await run('node_modules/.bin/tsc', [...options, ...decorators], { cwd: project }).catch((error) => error);
    expect(stdout).toBe('');
  });

  it.each(APPLICATIONS)('%s answers 401 without a token, 403 without the scope, 200 with it', { timeout: ROW_MS }, async (_, entry) => {
    const application = spawn(process.execPath, [entry], { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      const { url, good, weak } = await announced(application);
      await expectProtected(`${url}/reports`, { good, weak });
      expect((await fetch(`${url}/open`)).status).toBe(200);
    } finally {
      application.kill();
      await once(application, 'exit');
    }
  });

  it.each(EXAMPLES)('examples/%s does the same by npm start', { timeout: ROW_MS }, async (name) => {
    const issuer = await serveIssuer();
    const port = String(await freePort());
    cpSync(join(ROOT, 'examples', name), join(project, 'examples', name), { recursive: true });
    const env = { ...process.env, ISSUER: issuer.url, AUDIENCE: issuer.audience, PORT: port };
    // A process group of its own: npm does not always take its child along.
    const application = spawn('npm', ['start'], {
      cwd: join(project, 'examples', name),
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      await untilItAnswers(`http://127.0.0.1:${port}/reports`, application);
      await expectProtected(`http://127.0.0.1:${port}/reports`, issuer);
    } finally {
      process.kill(-application.pid!);
      await once(application, 'exit');
      issuer.close();
    }
  });
});

async function expectProtected(url: string, { good, weak }: { good: string; weak: string }): Promise<void> {
  const get = (token?: string): Promise<Response> =>
    fetch(url, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
  const seen = async (token?: string): Promise<object> => {
    const { status, headers } = await get(token);
    return { status, challenge: headers.get('www-authenticate') };
  };
  expect(await seen()).toMatchObject({ status: 401, challenge: expect.stringContaining('scope="read:reports"') });
  // The last letters of a signature, replaced.
  const forged = `${good.slice(0, -8)}${good.endsWith('AAAAAAAA') ? 'BBBBBBBB' : 'AAAAAAAA'}`;
  expect(await seen(forged)).toMatchObject({ status: 401, challenge: expect.stringContaining('error="invalid_token"') });
  expect(await seen(weak)).toMatchObject({ status: 403 });
  const answer = await get(good);
  expect({ status: answer.status, body: await answer.json() }).toMatchObject({ status: 200, body: { org: 'org_a' } });
}

/** An issuer that is nothing but its metadata and its keys. */
async function serveIssuer(): Promise<{ url: string; audience: string; good: string; weak: string; close: () => void }> {
  const server = createServer((request, response) => {
    const body = request.url === '/jwks' ? jwks : { issuer: url, jwks_uri: `${url}/jwks` };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const audience = 'https://api.example.com';
  const { jwks, tokenFor } = await testIssuer({ issuer: url, audience });
  const good = await tokenFor({ org: 'org_a', scopes: ['read:reports'] });
  return { url, audience, good, weak: await tokenFor({ org: 'org_a', scopes: ['read:other'] }), close: () => void server.close() };
}

async function untilItAnswers(url: string, application: ChildProcess): Promise<void> {
  let output = '';
  for (const stream of [application.stdout, application.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  while (application.exitCode === null) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer !== undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`It ended with ${application.exitCode}:\n${output}`);
}

/** The one line that an application writes when it listens; what it wrote instead when it does not. */
function announced(application: ChildProcess): Promise<{ url: string; good: string; weak: string }> {
  let errors = '';
  application.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    application.stdout?.once('data', (line: Buffer) => resolve(JSON.parse(line.toString())));
    application.once('exit', (code) => reject(new Error(`The application ended with ${code}:\n${errors}`)));
  });
}
