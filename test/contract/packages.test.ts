import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const ROOT = new URL('../..', import.meta.url).pathname;
const CONSUMERS = join(ROOT, 'test/contract/package-consumers');
const SETUP_MS = 240_000;
const ROW_MS = 60_000;

/** Programs of a customer that protect GET /reports with read:reports. One more adapter is one more row. */
const APPLICATIONS: readonly (readonly [name: string, entry: string])[] = [
  ['Nest', 'out/nest.js'],
  ['Express', 'express.mjs'],
  ['Fastify', 'fastify.mjs'],
];

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
const { compilerOptions } = readJson<{ compilerOptions: { paths: Record<string, string[]> } }>(join(ROOT, 'tsconfig.json'));
const specifiers = Object.keys(compilerOptions.paths);
const names = [...new Set(specifiers.map((specifier) => specifier.split('/').slice(0, 2).join('/')))];

let folder: string;
let project: string;
const installed = (name: string): string => join(project, 'node_modules', name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-consumer-'));
  const packages = join(folder, 'packages');
  project = join(folder, 'project');
  await run(process.execPath, ['scripts/pack.mjs', packages], { cwd: ROOT });
  cpSync(CONSUMERS, project, { recursive: true });
  const pins = { ...root.devDependencies, ...root.dependencies };
  const tarballs = readdirSync(packages).filter((file) => file.endsWith('.tgz'));
  const dependencies = Object.fromEntries([
    ...BESIDE.map((name) => [name, pins[name]]),
    ...tarballs.map((file) => [`@countersign/${file.replace(/^countersign-(.+)-\d.*$/, '$1')}`, `file:${join(packages, file)}`]),
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
    const options = ['--module', 'nodenext', '--moduleResolution', 'nodenext', '--target', 'ES2022', '--strict', '--skipLibCheck', 'false'];
    const decorators = ['--experimentalDecorators', '--emitDecoratorMetadata', '--types', 'node', '--outDir', 'out', 'nest.ts'];
    const { stdout } = await run('node_modules/.bin/tsc', [...options, ...decorators], { cwd: project }).catch((error) => error);
    expect(stdout).toBe('');
  });

  it.each(APPLICATIONS)('%s answers 401 without a token, 403 without the scope, 200 with it', { timeout: ROW_MS }, async (_, entry) => {
    const application = spawn(process.execPath, [entry], { cwd: project, stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      const { url, good, weak } = await announced(application);
      const get = (path: string, token?: string): Promise<Response> =>
        fetch(url + path, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });

      const without = await get('/reports');
      expect({ status: without.status, challenge: without.headers.get('www-authenticate') }).toMatchObject({
        status: 401,
        challenge: expect.stringContaining('scope="read:reports"'),
      });
      const spoilt = `${good.slice(0, -8)}${good.slice(-8) === 'AAAAAAAA' ? 'BBBBBBBB' : 'AAAAAAAA'}`;
      const forged = await get('/reports', spoilt);
      expect({ status: forged.status, challenge: forged.headers.get('www-authenticate') }).toMatchObject({
        status: 401,
        challenge: expect.stringContaining('error="invalid_token"'),
      });
      expect((await get('/reports', weak)).status).toBe(403);
      const answer = await get('/reports', good);
      expect({ status: answer.status, body: await answer.json() }).toEqual({ status: 200, body: { org: 'org_a' } });
      expect((await get('/open')).status).toBe(200);
    } finally {
      application.kill();
      await once(application, 'exit');
    }
  });
});

/** The one line that an application writes when it listens; what it wrote instead when it does not. */
function announced(application: ChildProcess): Promise<{ url: string; good: string; weak: string }> {
  let errors = '';
  application.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((resolve, reject) => {
    application.stdout?.once('data', (line: Buffer) => resolve(JSON.parse(line.toString())));
    application.once('exit', (code) => reject(new Error(`The application ended with ${code}:\n${errors}`)));
  });
}
