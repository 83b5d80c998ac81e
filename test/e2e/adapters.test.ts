import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { freePort } from '../support/launch.js';
import { call, tokenOf } from '../support/requests.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EXAMPLES = [
  { name: 'express', entry: 'server.js' },
  { name: 'fastify', entry: 'server.js' },
  { name: 'fetch', entry: 'server.js' },
  { name: 'nest', entry: 'src/main.ts' },
];
const QUEUE = { name: 'message-queue', entry: 'main.js' };
/** Runs in issuer-connection.test.ts. */
const CONNECTED = { name: 'connected', entry: 'server.js' };
/** Runs in example-agents.test.ts. */
const SUPPORT_AGENT = { name: 'support-agent', entry: 'main.js' };
const METADATA_PATH = '/.well-known/oauth-protected-resource/analytics';
const READY_WITHIN_MS = 30_000;

let server: TestServer;
const running: Example[] = [];

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await Promise.all(running.map((example) => example.stop()));
  await server.stop();
});

interface Example {
  readonly url: string;
  readonly log: () => string;
  stop(): Promise<void>;
}

const argumentsFor = ({ name, entry }: { name: string; entry: string }): string[] => [
  '--import',
  './examples/local.mjs',
  `examples/${name}/${entry}`,
];

/** Starts an example as its README says, and waits until it answers. */
async function startExample(example: { name: string; entry: string }, issuer = server.url): Promise<Example> {
  const port = await freePort();
  const env = { PATH: process.env['PATH'] ?? '', PORT: String(port), ISSUER: issuer };
  const child = spawn(process.execPath, argumentsFor(example), { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const started: Example = { url: `http://127.0.0.1:${port}`, log: () => log, stop: () => stop(child) };
  running.push(started);
  await answers(started, child);
  return started;
}

async function answers({ url, log }: Example, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    if (await fetch(url).catch(() => undefined)) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`The example does not answer:\n${log()}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

const analytics = (org: 0 | 1, scope: string): Promise<string> =>
  tokenOf(server.url, server.orgs[org].service_principals[0]!, { audience: `${server.url}/analytics`, scope });

describe.each(EXAMPLES)('examples/$name with tokens of a real issuer', (kind) => {
  let example: Example;
  beforeAll(async () => {
    example = await startExample(kind);
  });

  it('200 with the scope, and the organization is that of the token', async () => {
    for (const org of [0, 1] as const) {
      const answer = await call('GET', `${example.url}/reports`, await analytics(org, 'read:reports'));
      expect([answer.status, answer.body]).toEqual([200, { org: server.orgs[org].id, reports: [] }]);
    }
  });

  it('401 without a token, and the challenge leads to the issuer', async () => {
    const answer = await call('GET', `${example.url}/reports`, undefined);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe(`Bearer scope="read:reports", resource_metadata="${server.url}${METADATA_PATH}"`);
    const document = await call('GET', example.url + METADATA_PATH, undefined);
    expect(document.body).toMatchObject({ resource: `${server.url}/analytics`, authorization_servers: [server.url] });
    expect(document.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('403 with a token that lacks the scope', async () => {
    const answer = await call('GET', `${example.url}/reports`, await analytics(0, 'read:account'));
    expect([answer.status, answer.body['code']]).toEqual([403, 'insufficient_scope']);
  });

  it('401 with a token for another API of the same issuer, and the log says why without the token', async () => {
    const token = await tokenOf(server.url, server.demo.operator);
    const answer = await call('GET', `${example.url}/reports`, token);
    expect([answer.status, answer.body['code']]).toEqual([401, 'invalid_token']);
    expect(answer.text).not.toContain('audience');
    await expect.poll(() => example.log()).toContain(`${server.url}/v1`);
    expect(example.log()).toContain(String(answer.body['request_id']));
    expect(example.log()).not.toContain(token);
  });
});

describe('examples/express without its issuer', () => {
  it('503 with Retry-After, never 401', async () => {
    const example = await startExample(EXAMPLES[0]!, `http://localhost:${await freePort()}`);
    const answer = await call('GET', `${example.url}/reports`, await analytics(0, 'read:reports'));
    expect([answer.status, answer.body['code']]).toEqual([503, 'keys_unavailable']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.get('www-authenticate')).toBeNull();
  });
});

describe('examples/message-queue', () => {
  it('takes the message whose token allows it, and puts the others aside', async () => {
    const { client_id: CLIENT_ID, client_secret: CLIENT_SECRET } = server.orgs[0].service_principals[0]!;
    const env = { PATH: process.env['PATH'] ?? '', ISSUER: server.url, CLIENT_ID, CLIENT_SECRET };
    const { stdout } = await promisify(execFile)(process.execPath, argumentsFor(QUEUE), { cwd: ROOT, env, timeout: READY_WITHIN_MS });
    const [done, ...deadLetters] = stdout.trim().split('\n');
    expect(done).toBe(`done: activity report for ${server.orgs[0].id}`);
    expect(deadLetters.sort()).toEqual([
      'dead letter: invalid_token (signature)',
      'dead letter: missing_credentials (missing_credentials)',
    ]);
  });
});

describe('the examples and what speaks of them', () => {
  const folders = [...EXAMPLES, QUEUE, CONNECTED, SUPPORT_AGENT].map(({ name }) => join(ROOT, 'examples', name));
  const sources = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.[jt]s$/.test(file) && !file.includes('node_modules'))
      .map((file) => readFileSync(join(folder, file), 'utf8')),
  );

  it('the guide shows their code as it runs here', () => {
    const guide = readFileSync(join(ROOT, 'docs/guides/token-verification.md'), 'utf8');
    const blocks = [...guide.matchAll(/```(?:js|ts)\n([^]*?)```/g)].map(([, block]) => String(block));
    expect(blocks.length).toBeGreaterThan(5);
    for (const block of blocks)
      expect(
        sources.some((source) => source.includes(block)),
        block,
      ).toBe(true);
  });

  it('they name the versions that are tested here', () => {
    const root = readJson(join(ROOT, 'package.json'));
    const tested: Record<string, string> = { ...root.dependencies, ...root.devDependencies };
    for (const folder of folders) {
      const { dependencies, devDependencies } = readJson(join(folder, 'package.json'));
      for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
        expect(`${name} ${version}`, folder).toBe(`${name} ${name.startsWith('@countersign/') ? root.version : tested[name]}`);
    }
  });
});

interface Manifest {
  version: string;
  dependencies: Record<string, string>;
  devDependencies?: Record<string, string>;
}

function readJson(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
}
