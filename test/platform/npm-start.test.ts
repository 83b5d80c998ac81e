import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isInstalledAsLocked } from '../../scripts/lib/install.mjs';
import { removeEmbeddedPostgres } from '../../src/platform/database/embedded/index.js';
import type { DemoDocument } from '../support/countersign.js';
import { freePort } from '../support/launch.js';
import { call, requestToken, tokenOf } from '../support/requests.js';
import { pause } from './support/product.js';
import { processesOf } from './support/processes.js';

/** `npm start` as a person runs it: with a group of its own, as a terminal gives it. */
class NpmStart {
  readonly ended: Promise<number | NodeJS.Signals>;
  output = '';

  private constructor(
    readonly npm: ChildProcess,
    private readonly dataDir: string,
  ) {
    for (const stream of [npm.stdout, npm.stderr]) stream?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.ended = new Promise((done) => npm.once('exit', (code, signal) => done(code ?? signal ?? 'SIGKILL')));
  }

  static run(dataDir: string, environment: Readonly<Record<string, string>>): NpmStart {
    const { PATH = '', HOME = '' } = process.env;
    return new NpmStart(
      spawn('npm', ['start'], {
        detached: true,
        env: { PATH, HOME, DATA_DIR: dataDir, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
      dataDir,
    );
  }

  async ready(url: string): Promise<this> {
    const deadline = Date.now() + 60_000;
    while (Date.now() < deadline && this.npm.exitCode === null) {
      if (
        await fetch(`${url}/health/ready`).then(
          (response) => response.ok,
          () => false,
        )
      )
        return this;
      await pause(50);
    }
    throw new Error(`npm start is not ready:\n${this.output}`);
  }

  /** Ctrl-C in a terminal reaches the whole group. */
  interrupt(): void {
    process.kill(-this.npm.pid!, 'SIGINT');
  }

  pidOf(part: string): number {
    const found = processesOf(this.dataDir).find(({ command }) => command.includes(part));
    if (!found) throw new Error(`No process runs ${part}.`);
    return found.pid;
  }
}

let dataDir: string;
let environment: Readonly<Record<string, string>>;
let url: string;
let started: NpmStart | undefined;

beforeAll(async () => {
  // npm start would begin with npm ci and take away the packages that this very test runs on.
  if (!isInstalledAsLocked()) throw new Error('node_modules is not what package-lock.json names: run npm test, which installs first.');
  dataDir = mkdtempSync(join(tmpdir(), 'countersign-npm-start-'));
  environment = await at();
});
afterEach(async () => {
  for (const { pid } of processesOf(dataDir)) endHard(pid);
  while (processesOf(dataDir).length > 0) await pause(20);
});
afterAll(async () => {
  await removeEmbeddedPostgres(dataDir);
  rmSync(dataDir, { recursive: true });
});

function endHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended, which is what was wanted.
  }
}

async function at(port?: number): Promise<Readonly<Record<string, string>>> {
  const chosen = port ?? (await freePort());
  url = `http://localhost:${chosen}`;
  const [opsPort, internalPort, mtlsPort] = [await freePort(), await freePort(), await freePort()];
  const others = { OPS_PORT: String(opsPort), INTERNAL_PORT: String(internalPort), MTLS_PORT: String(mtlsPort) };
  return { PORT: String(chosen), ...others, PUBLIC_URL: url };
}

const start = (): Promise<NpmStart> => (started = NpmStart.run(dataDir, environment)).ready(url);
const demo = (): DemoDocument => JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as DemoDocument;

async function expectNothingLeft(withinMs: number): Promise<void> {
  await expect.poll(() => processesOf(dataDir).map(({ command }) => command), { timeout: withinMs, interval: 100 }).toEqual([]);
}

async function revenue(): Promise<unknown> {
  const token = await tokenOf(url, demo().orgs[0]!.service_principals[0]!);
  const { status, body } = await call(
    'GET',
    `${url}/analytics/v1/metrics?metric=revenue&interval=week&from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z`,
    token,
  );
  return { status, body };
}

describe('npm start', () => {
  let first: { file: string; revenue: unknown };

  it('makes demo.json and a data folder that only their owner reads, and says what to try', async () => {
    const { output } = await start();
    first = { file: readFileSync(join(dataDir, 'demo.json'), 'utf8'), revenue: await revenue() };
    expect(statSync(join(dataDir, 'demo.json')).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    await expect.poll(() => started!.output, { timeout: 2_000 }).toContain(`Countersign is running at ${url}`);
    expect(output).toContain('s  starting the server');
  });

  it('Ctrl-C ends everything, without a word of trouble', async () => {
    const running = await start();
    running.interrupt();
    // npm passes the signal on to itself, as a shell expects.
    expect([0, 'SIGINT']).toContain(await running.ended);
    await expectNothingLeft(5_000);
    expect(running.output).not.toMatch(/error|at file:|unexpected/i);
  });

  it('a second start keeps the data, the credentials and demo.json as they were', async () => {
    await start();
    expect(readFileSync(join(dataDir, 'demo.json'), 'utf8')).toBe(first.file);
    expect(await revenue()).toEqual(first.revenue);
  });

  it.each([
    ['npm', (running: NpmStart) => running.npm.pid!],
    ['scripts/start.mjs', (running: NpmStart) => running.pidOf('scripts/start.mjs')],
    ['the server', (running: NpmStart) => running.pidOf('dist/src/main.js')],
  ])('after kill -9 of %s nothing is left running, and the next start finds all of its data', async (_, victim) => {
    const running = await start();
    expect(await revenue()).toEqual(first.revenue);
    process.kill(victim(running), 'SIGKILL');
    await expectNothingLeft(8_000);
  });

  it('a second start beside a running one says who has the data folder, and does it no harm', async () => {
    await start();
    const second = NpmStart.run(dataDir, { ...environment, PORT: String(await freePort()), OPS_PORT: String(await freePort()) });
    expect(await second.ended).toBe(1);
    expect(second.output).toContain('is using the data folder');
    expect(second.output).not.toMatch(/^\s+at /m);
    // Also after the kill -9 of the tests before.
    expect(await revenue()).toEqual(first.revenue);
  });

  it.each(['PORT', 'OPS_PORT', 'INTERNAL_PORT', 'MTLS_PORT'])(
    'a busy %s is one sentence that names the setting, and ends with 1',
    async (setting) => {
      const busy = createServer().listen(0, '127.0.0.1');
      await once(busy, 'listening');
      const { port } = busy.address() as AddressInfo;
      const running = NpmStart.run(dataDir, { ...environment, [setting]: String(port) });
      const code = await running.ended;
      busy.close();
      expect(code).toBe(1);
      expect(running.output).toMatch(
        new RegExp(`^Port ${port} is in use by another program: end that one, or set ${setting} to a free port\\.$`, 'm'),
      );
      expect(running.output).not.toMatch(/^\s+at |EADDRINUSE/m);
      await expectNothingLeft(5_000);
    },
  );

  it('at another port everything follows: demo.json, the issuer, the audiences, old credentials', async () => {
    const before = demo();
    environment = await at();
    await start();
    const after = demo();
    expect(after.public_url).toBe(url);
    expect(after.operator).toEqual({ ...before.operator, audience: `${url}/v1` });
    expect(after.orgs.map((org) => org.service_principals.map(({ client_id, client_secret }) => [client_id, client_secret]))).toEqual(
      before.orgs.map((org) => org.service_principals.map(({ client_id, client_secret }) => [client_id, client_secret])),
    );
    for (const org of after.orgs) {
      for (const principal of org.service_principals) {
        expect(principal.audience.startsWith(url)).toBe(true);
        expect((await requestToken(url, principal)).status).toBe(200);
      }
    }
    expect(await revenue()).toEqual(first.revenue);
    expect((await call('GET', `${url}/v1/orgs`, await tokenOf(url, after.operator))).status).toBe(200);
  });
});
