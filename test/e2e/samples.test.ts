import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { forgeWith, stealSigningKey, type StolenKey } from '../support/forgery.js';
import { HOSTILE_TOKENS } from '../support/hostile-tokens.js';
import { freePort } from '../support/launch.js';
import { installPackedLibraries } from '../support/packed-libraries.js';
import { answers, end, isOnPath, startProgram, type Running } from '../support/programs.js';
import { rawRequest } from '../support/raw-request.js';
import { tokenOf } from '../support/requests.js';
import { skipBecause } from '../support/skip-because.js';

const run = promisify(execFile);
const EXAMPLES = new URL('../../examples', import.meta.url).pathname;
const SETUP_MS = 240_000;

interface Sample {
  readonly name: string;
  /** Builds or installs it; answers why it cannot be had on this machine. */
  prepare(): Promise<string | undefined>;
  start(environment: Record<string, string>): Promise<Running>;
}

let server: TestServer;
let folder: string;
let backend: Server;
let backendHeaders: IncomingHttpHeaders = {};
let genuine: string;
let key: StolenKey;

beforeAll(async () => {
  server = await startTestServer();
  folder = mkdtempSync(join(tmpdir(), 'countersign-samples-'));
  backend = createServer(({ headers }, response) => {
    backendHeaders = headers;
    response.end(JSON.stringify({ org_id: headers['x-caller-org'] }));
  }).listen(0, '127.0.0.1');
  await once(backend, 'listening');
  genuine = await tokenOf(server.url, server.orgs[0].service_principals[0]!);
  key = await stealSigningKey(server, 'external', 'RS256');
});
afterAll(async () => {
  backend.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const python: Sample = {
  name: 'Python, PyJWT and requests',
  prepare: async () => {
    if (!isOnPath('python3')) return 'No python3 on the PATH.';
    try {
      await run('python3', ['-m', 'venv', join(folder, 'venv')]);
      await run(join(folder, 'venv/bin/pip'), ['install', '--quiet', '--requirement', join(EXAMPLES, 'python/requirements.txt')]);
      return undefined;
    } catch (error) {
      return `PyJWT cannot be installed here: ${String((error as { stderr?: string }).stderr ?? error)}`;
    }
  },
  start: (environment) => startProgram(join(folder, 'venv/bin/python'), ['-B', join(EXAMPLES, 'python/server.py')], environment),
};

const go: Sample = {
  name: 'Go',
  prepare: async () => {
    if (!isOnPath('go')) return 'No go on the PATH.';
    await run('go', ['build', '-mod=readonly', '-o', join(folder, 'go-api'), '.'], { cwd: join(EXAMPLES, 'go') });
    return undefined;
  },
  start: (environment) => startProgram(join(folder, 'go-api'), [], environment),
};

const nginx: Sample = {
  name: 'nginx',
  prepare: async () => {
    if (!isOnPath('nginx')) return 'No nginx on the PATH.';
    cpSync(join(EXAMPLES, 'nginx'), join(folder, 'nginx'), { recursive: true });
    await installPackedLibraries(join(folder, 'nginx'));
    return undefined;
  },
  start: async (environment) => {
    const [port, verifierPort] = [environment['PORT']!, String(await freePort())];
    const verifier = await startProgram(process.execPath, [join(folder, 'nginx/verify.mjs')], { ...environment, PORT: verifierPort });
    const prefix = mkdtempSync(join(folder, 'nginx-'));
    mkdirSync(join(prefix, 'temp'));
    const ports: Record<string, string> = {
      '8080': port,
      '8001': verifierPort,
      '8002': String((backend.address() as { port: number }).port),
    };
    const site = readFileSync(join(EXAMPLES, 'nginx/countersign.conf'), 'utf8').replaceAll(
      /127\.0\.0\.1:(\d+)/g,
      (_, each: string) => `127.0.0.1:${ports[each]}`,
    );
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path temp;`).join('\n');
    writeFileSync(
      join(prefix, 'nginx.conf'),
      `daemon off;\nuser ${process.getuid?.() === 0 ? 'root' : 'nobody'};\npid nginx.pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${site}\n}\n`,
    );
    const proxy = spawn('nginx', ['-p', prefix, '-c', 'nginx.conf', '-e', 'stderr'], { stdio: 'ignore' });
    const url = `http://127.0.0.1:${port}`;
    await answers(url, proxy);
    return { url, stop: async () => void (await Promise.all([end(proxy), verifier.stop()])) };
  },
};

describe.each([python, go, nginx])('the sample in $name', ({ prepare, start }) => {
  let unavailable: string | undefined;
  let sample: Running | undefined;
  beforeAll(async () => {
    unavailable = await prepare();
    if (unavailable === undefined) sample = await start(await settings(server.url));
  }, SETUP_MS);
  afterAll(() => sample?.stop());

  const get = (context: TestContext, headers: Record<string, string>, path = '/reports'): Promise<Response> => {
    if (sample === undefined) return skipBecause(context, unavailable ?? '');
    return fetch(sample.url + path, { headers });
  };
  const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

  it('200 for a token with the scope, and the organization is that of the token', async (context) => {
    const answer = await get(context, { ...bearer(genuine), 'x-caller-org': 'org_of_somebody_else' });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ org_id: server.orgs[0].id });
    expect(backendHeaders['authorization']).toBeUndefined();
  });

  it('section 25.8: 401 without a token names the scope and no error', async (context) => {
    const answer = await get(context, {});
    const challenge = answer.headers.get('www-authenticate');
    expect(answer.status).toBe(401);
    expect(challenge).toMatch(/^Bearer .*scope="read:reports"/);
    expect(challenge).not.toContain('error=');
  });

  it('section 25.8: 403 for a good token without the scope names the scope', async (context) => {
    const weak = await tokenOf(server.url, server.orgs[0].service_principals[0]!, { scope: 'read:analytics-data' });
    const answer = await get(context, bearer(weak));
    expect({ status: answer.status, challenge: answer.headers.get('www-authenticate') }).toMatchObject({
      status: 403,
      challenge: expect.stringMatching(/error="insufficient_scope".*scope="read:reports"/),
    });
  });

  it('403 when the scope is only a part of another one', async (context) => {
    const token = await forgeWith(key, genuine, { claims: { scope: 'read:reports-archive xread:reports' } });
    expect((await get(context, bearer(token))).status).toBe(403);
  });

  // Seen to fail in each sample when its check of the audience is taken out, in Python and Go also without that of typ.
  it.for(HOSTILE_TOKENS)('401 for a token %s', async ([, forgery], context) => {
    if (sample === undefined) return skipBecause(context, unavailable ?? '');
    const answer = await fetch(`${sample.url}/reports`, { headers: bearer(await forgeWith(key, genuine, forgery(server.url))) });
    expect({ status: answer.status, challenge: answer.headers.get('www-authenticate') }).toMatchObject({
      status: 401,
      challenge: expect.stringContaining('error="invalid_token"'),
    });
  });

  it('401 for a token that nobody signed, and for one that was altered', async (context) => {
    const [, claims, signature] = genuine.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt', kid: key.kid })).toString('base64url');
    expect((await get(context, bearer(`${none}.${claims}.`))).status).toBe(401);
    const altered = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(claims!, 'base64url').toString()), org_id: 'org_x' })).toString(
      'base64url',
    );
    expect((await get(context, bearer([genuine.split('.')[0], altered, signature].join('.')))).status).toBe(401);
    expect((await get(context, bearer('no.token'))).status).toBe(401);
  });

  it('400 for a token in the URL', async (context) => {
    expect((await get(context, {}, `/reports?access_token=${genuine}`)).status).toBe(400);
  });

  it('400 for two Authorization headers', async (context) => {
    if (sample === undefined) return skipBecause(context, unavailable ?? '');
    const twice = (['Bearer x', `Bearer ${genuine}`] as const).map((value) => ['authorization', value] as const);
    expect((await rawRequest(`${sample.url}/reports`, { headers: twice })).status).toBe(400);
  });

  it('503 with Retry-After, never 401, while the issuer cannot be reached', async (context) => {
    if (sample === undefined) return skipBecause(context, unavailable ?? '');
    const lonely = await start(await settings(`http://127.0.0.1:${await freePort()}`));
    try {
      const answer = await fetch(`${lonely.url}/reports`, { headers: bearer(genuine) });
      expect({ status: answer.status, retry: Number(answer.headers.get('retry-after')) > 0 }).toEqual({ status: 503, retry: true });
    } finally {
      await lonely.stop();
    }
  });
});

it('the client in Python gets a token and calls the API with it', { timeout: SETUP_MS }, async (context) => {
  const unavailable = await python.prepare();
  if (unavailable !== undefined) skipBecause(context, unavailable);
  const { client_id, client_secret } = server.orgs[0].service_principals[0]!;
  const env = { ISSUER: server.url, CLIENT_ID: client_id, CLIENT_SECRET: client_secret, AUDIENCE: `${server.url}/analytics` };
  const { stdout } = await run(
    join(folder, 'venv/bin/python'),
    ['-B', join(EXAMPLES, 'python/client.py'), `${server.url}/analytics/v1/customers?limit=1`],
    { env },
  );
  expect(stdout).toMatch(/^200 \{"data":\[\{/);
});

async function settings(issuer: string): Promise<Record<string, string>> {
  return { ISSUER: issuer, AUDIENCE: `${server.url}/analytics`, PORT: String(await freePort()) };
}
