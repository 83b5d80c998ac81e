import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECKS } from '@countersign/rs-check';
import { Operator } from '../support/builders.js';
import { startTestServer, type DemoCredential, type TestServer } from '../support/countersign.js';
import { freePort } from '../support/launch.js';
import { idsOf, problemsOf, reportOf, rsCheck, SampleApi } from './support/rs-check.js';

const TIMEOUT_MS = 60_000;
const A_WHOLE_TOKEN = /eyJ[\w-]{20,}/;

/** A sample API, whose identifier is its address. */
function sampleTarget(audience: string, issuer?: string): string[] {
  const target = ['--url', audience, '--audience', audience, '--scope', 'read:reports'];
  return issuer === undefined ? target : [...target, '--issuer', issuer, '--format', 'json'];
}

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'countersign-rs-check-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("rs-check with tokens of the issuer's test mode", { timeout: TIMEOUT_MS }, () => {
  let server: TestServer;
  let client: DemoCredential;
  let secrets: Record<string, string>;
  beforeAll(async () => {
    server = await startTestServer({ DANGEROUSLY_ENABLE_TEST_TOKENS: 'true' });
    client = server.orgs[0].service_principals[0]!;
    secrets = { RS_CHECK_CLIENT_SECRET: client.client_secret, RS_CHECK_OPERATOR_SECRET: server.demo.operator.client_secret };
  });
  afterAll(() => server.stop());

  const saasalytics = (): string[] => [
    `--url=${server.url}/analytics/v1/customers`,
    `--issuer=${server.url}`,
    `--audience=${server.url}/analytics`,
    '--scope=read:analytics-data',
    `--org=${server.orgs[0].id}`,
    '--format=json',
  ];
  const byClient = (): string[] => ['--client-id', client.client_id];
  const byOperator = (): string[] => ['--operator-id', server.demo.operator.client_id];

  /** The address of something that only the other organization has. */
  async function foreignUrl(): Promise<string> {
    const [row] = await server.sql<{ id: string }>(
      `SELECT id FROM analytics_customers WHERE org_id = $2 AND id NOT IN (SELECT id FROM analytics_customers WHERE org_id = $1) LIMIT 1`,
      server.orgs.map(({ id }) => id),
    );
    return `${server.url}/analytics/v1/customers/${row!.id}/summary`;
  }

  // Every check has been seen to fail: see the specs of libs/rs-check, and the samples below.
  it('finds nothing wrong with Saasalytics, and leaves nothing out', async () => {
    const finished = await rsCheck([...saasalytics(), '--foreign-url', await foreignUrl(), ...byClient(), ...byOperator()], secrets);
    const report = reportOf(finished);
    expect(problemsOf(report)).toEqual([]);
    expect(idsOf(report, 'passed')).toEqual(CHECKS.names());
    expect(finished.code).toBe(0);
  });

  it('finds nothing wrong with Saasalytics when the operator makes the good token too', async () => {
    const finished = await rsCheck([...saasalytics(), ...byOperator(), '--skip', 'foreign-object'], secrets);
    const report = reportOf(finished);
    expect(problemsOf(report)).toEqual([]);
    expect(idsOf(report, 'passed')).toHaveLength(CHECKS.names().length - 1);
    expect(finished.code).toBe(0);
  });

  it('runs what needs no forged signature when there is only a client, and says what it left out', async () => {
    const finished = await rsCheck([...saasalytics(), ...byClient()], secrets);
    const report = reportOf(finished);
    expect(problemsOf(report)).toEqual([]);
    expect(idsOf(report, 'passed')).toEqual(expect.arrayContaining(['alg-none', 'hs256-public-key', 'unknown-key', 'no-token', 'revoked']));
    const skipped = report.results.filter(({ verdict }) => verdict === 'skipped');
    expect(skipped.map(({ id }) => id)).toEqual(expect.arrayContaining(['typ-other', 'audience-other', 'expired', 'scope-other']));
    expect(skipped.every(({ reason }) => reason?.startsWith('needs '))).toBe(true);
    expect(finished.code).toBe(0);
  });

  it('finds that an API of somebody else does not hear of revocations, and nothing else', async () => {
    const operator = await Operator.of(server);
    const port = await freePort();
    const audience = `http://localhost:${port}/reports`;
    const scopes = [{ name: 'read:reports', description: 'Read reports.', risk: 'low', assignable_by: 'org_admin', delegable: true }];
    await operator.anApi({ identifier: audience, signing_alg: 'ES256', scopes });
    const principal = await operator.aServicePrincipal(server.orgs[0].id, { grants: [{ audience, scopes: ['read:reports'] }] });
    const sample = await SampleApi.start('sound', { ISSUER: server.url, AUDIENCE: audience, PORT: String(port) });
    const finished = await rsCheck([...sampleTarget(audience, server.url), '--client-id', principal.client_id, ...byOperator()], {
      ...secrets,
      RS_CHECK_CLIENT_SECRET: principal.client_secret,
    });
    await sample.stop();
    expect(idsOf(reportOf(finished), 'failed')).toEqual(['revoked']);
    expect(finished.code).toBe(1);
  });

  // A guard that keeps revoked texts instead of ids would do what this one does.
  it('finds that an API takes a revoked token in another spelling', async () => {
    const lenient = createServer((request, response) => void answerLeniently(server, request, response)).listen(0, '127.0.0.1');
    await once(lenient, 'listening');
    const url = `http://127.0.0.1:${(lenient.address() as AddressInfo).port}/analytics/v1/customers`;
    const report = reportOf(await rsCheck([...saasalytics(), '--url', url, ...byClient(), '--only', 'revoked,revoked-respelled'], secrets));
    lenient.close();
    expect([idsOf(report, 'passed'), idsOf(report, 'failed')]).toEqual([['revoked'], ['revoked-respelled']]);
  });

  it('exit code 2 before any attack when the good token is not accepted, with what the API answered', async () => {
    const elsewhere = ['--scope=read:reports', `--url=${server.url}/analytics/v1/account`];
    const { code, stdout, stderr } = await rsCheck([...saasalytics(), ...byClient(), ...elsewhere], secrets);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('does not accept a good token');
    expect(stderr).toMatch(/came {2}403 .*insufficient_scope/);
    expect(stderr).not.toMatch(A_WHOLE_TOKEN);
  });

  it('exit code 0 with a secret from a file', async () => {
    const path = join(folder, 'secret');
    writeFileSync(path, `${client.client_secret}\n`);
    expect(await rsCheck([...saasalytics(), ...byClient(), '--client-secret-file', path, '--only', 'alg-none'])).toMatchObject({ code: 0 });
  });

  it('exit code 2 when the issuer gives no token, with its words and without the secret', async () => {
    const { code, stderr } = await rsCheck([...saasalytics(), ...byClient()], { RS_CHECK_CLIENT_SECRET: 'csn_secret_wrong' });
    expect(code).toBe(2);
    expect(stderr).toContain('401 invalid_client');
    expect(stderr).not.toContain('csn_secret_wrong');
  });
});

/** Saasalytics behind a gateway that lets pass what is not spelled like a token the issuer wrote. */
async function answerLeniently(server: TestServer, { url, headers }: IncomingMessage, response: ServerResponse): Promise<void> {
  const authorization = headers.authorization ?? '';
  const signature = authorization.split('.')[2] ?? '';
  const isCanonical = Buffer.from(signature, 'base64url').toString('base64url') === signature;
  const { status } = await fetch(server.url + (url ?? ''), { headers: { authorization } });
  response.writeHead(isCanonical ? status : 200).end();
}

describe('rs-check with an issuer of its own', { timeout: TIMEOUT_MS }, () => {
  /** What each sample gets wrong, to the last check. */
  const PLANTED: Record<string, string[]> = {
    sound: [],
    'decodes-without-verifying': [
      'alg-swap',
      'signature-altered',
      'content-altered',
      'ecdsa-degenerate',
      'unknown-key',
      'embedded-key',
      'kid-tricks',
      'kid-not-a-text',
      'kid-long',
    ],
    'ignores-the-audience': ['audience-other', 'audience-lookalike', 'audience-several'],
    'scope-by-substring': ['scope-lookalike', 'scope-not-a-text'],
    'believes-the-header': [
      'alg-none',
      'hs256-public-key',
      'typ-other',
      'id-token',
      'claims-required',
      'expired',
      'expired-just-now',
      'not-yet-valid',
      'issued-in-future',
      'expiry-missing',
      'expiry-malformed',
      'lifetime-absurd',
    ],
  };
  const WITHOUT_REVOCATION = ['revoked', 'revoked-respelled'];

  /** Addresses of one run; the sample and the issuer are told of each other. */
  async function attack(sample: string, more: readonly string[] = ['--format', 'json']) {
    const [port, issuerPort] = [await freePort(), await freePort()];
    const audience = `http://localhost:${port}/reports`;
    const api = await SampleApi.start(sample, { ISSUER: `http://localhost:${issuerPort}`, AUDIENCE: audience, PORT: String(port) });
    const finished = await rsCheck([
      ...sampleTarget(audience).concat('--org', 'org_acme', '--foreign-url', `${audience}/r-2`, '--own-issuer-port', String(issuerPort)),
      ...more,
    ]);
    await api.stop();
    return finished;
  }

  it.each(Object.entries(PLANTED))('finds in %s what was planted and nothing else', async (sample, planted) => {
    const finished = await attack(sample);
    const report = reportOf(finished);
    expect(idsOf(report, 'failed')).toEqual(planted);
    expect(idsOf(report, 'skipped')).toEqual(WITHOUT_REVOCATION);
    expect(idsOf(report, 'inconclusive')).toEqual([]);
    expect(finished.code).toBe(planted.length > 0 ? 1 : 0);
  });

  it('prints the worst first, with what was sent, what came, and how to mend it, and never a whole token', async () => {
    const { stdout, code } = await attack('believes-the-header', []);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^rs-check \d+\.\d+\.\d+\n/);
    expect(stdout.indexOf('CRITICAL  alg-none')).toBeLessThan(stdout.indexOf('HIGH      typ-other'));
    expect(stdout).toMatch(
      /sent {6}HS256 keyed with the key as PEM\n +Authorization: Bearer eyJ\S{9}\.\.\.\(\d+ characters\)\n +header alg: "HS256"\n {2}came {6}200\n {2}so {8}the API answered 200: it let the request in; expected 401/,
    );
    expect(stdout).not.toContain('Sales');
    for (const part of ['expected', 'why', 'fix', 'rule']) expect(stdout).toMatch(new RegExp(`\\n  ${part} `));
    expect(stdout).toMatch(/12 failed, 52 passed, 2 skipped of 66 checks in \d+\.\d s\n$/);
    expect(stdout).not.toMatch(A_WHOLE_TOKEN);
  });

  it('writes the report to a file, in the form of code scanning, and never a whole token', async () => {
    const path = join(folder, 'report.sarif');
    const { stdout, code } = await attack('ignores-the-audience', [
      '--format',
      'sarif',
      '--output',
      path,
      '--only',
      'audience-other,expired',
    ]);
    expect(code).toBe(1);
    expect(stdout).toBe(`${stdout.split(';')[0]}; the report is in ${path}\n`);
    const text = readFileSync(path, 'utf8');
    expect(text).not.toMatch(A_WHOLE_TOKEN);
    const { runs } = JSON.parse(text) as {
      runs: { results: { ruleId: string; level: string }[]; tool: { driver: { rules: { id: string }[] } } }[];
    };
    expect(runs[0]?.results).toMatchObject([{ ruleId: 'audience-other', level: 'error' }]);
    expect(runs[0]?.tool.driver.rules.map(({ id }) => id)).toEqual(['audience-other', 'expired']);
  });
});

describe('the guide', () => {
  it('names every check, and no other', () => {
    const guide = readFileSync('docs/guides/checking-your-api.md', 'utf8').split('## What is checked')[1]?.split('\n## ')[0] ?? '';
    const rows = guide.split('\n').filter((line) => line.startsWith('| ') && line.includes('`'));
    expect(rows.flatMap((row) => [...row.matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => name))).toEqual(CHECKS.names());
  });
});

describe('the command line of rs-check', () => {
  it('--help and --list say what there is', async () => {
    expect(await rsCheck(['--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('Exit code: 0 every check') as string });
    const { stdout } = await rsCheck(['--list']);
    for (const name of CHECKS.names()) expect(stdout).toContain(`  ${name} `);
  });

  it('exit code 2 with every mistake at once', async () => {
    const { code, stderr } = await rsCheck(['--url', 'localhost/x', '--format', 'xml', '--wait', 'long', '--client-id', 'c']);
    expect(code).toBe(2);
    for (const name of ['--url', '--audience', '--issuer', '--format', '--wait', 'RS_CHECK_CLIENT_SECRET'])
      expect(stderr).toContain(`- ${name}: `);
  });

  it.each([
    ['a secret on the command line', ['--client-secret', 'csn_secret_x'], 'does not belong on the command line'],
    ['an option that does not exist', ['--uri', 'x'], "Unknown option '--uri'"],
    ['plain HTTP beyond this machine', [], 'tokens would travel in the clear'],
    ['a check that does not exist', ['--skip', 'alg-nome'], 'no check called "alg-nome"'],
  ])('exit code 2 for %s', async (_, more, words) => {
    const { code, stderr } = await rsCheck(['--url', 'http://api.example/x', '--audience', 'a', '--own-issuer-port', '1', ...more]);
    expect(code).toBe(2);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain('csn_secret_x');
  });
});
