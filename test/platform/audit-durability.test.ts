import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { Client } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { CountersignProcess } from '@countersign/testing';
import { removeEmbeddedPostgres } from '../../src/platform/database/embedded/index.js';
import type { DemoDocument } from '../support/countersign.js';
import { freePort } from '../support/launch.js';
import { requestToken } from '../support/requests.js';

const TOKENS = 10_000;
const CLIENTS = 32;
const ENTRY = new URL('../../dist/src/main.js', import.meta.url).pathname;

/** The product with its embedded PostgreSQL, which tests may kill. */
class Installation {
  readonly received = new Set<string>();
  private process: CountersignProcess | undefined;

  private constructor(
    readonly dataDir: string,
    private readonly ports: readonly [number, number],
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  static async make(environment: Readonly<Record<string, string>> = {}): Promise<Installation> {
    return new Installation(mkdtempSync(join(tmpdir(), 'countersign-durability-')), [await freePort(), await freePort()], environment);
  }

  get url(): string {
    return `http://localhost:${this.ports[0]}`;
  }

  async start(): Promise<void> {
    this.process = await CountersignProcess.start({
      entry: ENTRY, readyUrl: `${this.url}/health/ready`,
      environment: {
        NODE_ENV: 'development', DATA_DIR: this.dataDir, PORT: String(this.ports[0]), OPS_PORT: String(this.ports[1]), PUBLIC_URL: this.url,
        RATE_LIMIT_TOKEN_PER_CLIENT: '10000000', RATE_LIMIT_TOKEN_PER_SOURCE: '10000000', ...this.environment,
      },
    });
  }

  kill(): Promise<void> {
    return this.process!.kill();
  }

  get demo(): DemoDocument {
    return JSON.parse(readFileSync(join(this.dataDir, 'demo.json'), 'utf8')) as DemoDocument;
  }

  /** Asks for tokens until so many have been received in all; a refused or lost answer counts for nothing. */
  async issueUntil(total: number): Promise<void> {
    const credential = this.demo.orgs[0]!.service_principals[0]!;
    const deadline = Date.now() + 90_000;
    const worker = async (): Promise<void> => {
      while (this.received.size < total && Date.now() < deadline) {
        try {
          const answer = await requestToken(this.url, credential);
          if (answer.status === 200) this.received.add(String(decodeJwt(String(answer.body['access_token'])).jti));
          else await pause(20);
        } catch {
          await pause(20);
        }
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, worker));
  }

  async missingRows(): Promise<number> {
    const client = new Client({ connectionString: superuserUrl(this.dataDir) });
    await client.connect();
    const { rows } = await client.query<{ count: string }>(
      `SELECT count(*) FROM unnest($1::text[]) AS received(jti) WHERE NOT EXISTS (SELECT FROM audit_events WHERE action = 'token.issued' AND target_id = received.jti)`,
      [[...this.received]],
    );
    await client.end();
    return Number(rows[0]?.count);
  }

  async remove(): Promise<void> {
    await this.process?.stop();
    await removeEmbeddedPostgres(this.dataDir);
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

function superuserUrl(dataDir: string): string {
  const { port, password } = JSON.parse(readFileSync(join(dataDir, 'postgres.json'), 'utf8')) as { port: number; password: string };
  return `postgres://postgres:${password}@127.0.0.1:${port}/countersign`;
}

async function killPostmaster(dataDir: string): Promise<void> {
  const client = new Client({ connectionString: superuserUrl(dataDir) });
  client.on('error', () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: string }>(`SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid`);
  process.kill(Number(rows[0]?.pid), 'SIGKILL');
  await client.end().catch(() => undefined);
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let installation: Installation;
afterEach(() => installation.remove());

describe('an audit row for every token that a client received', () => {
  // Seen to fail when TokenMinter does not wait for the audit, and in the run below without an audit.
  it(`${TOKENS} issuances under kill -9 of the server and of PostgreSQL lose none`, async () => {
    installation = await Installation.make();
    await installation.start();
    const load = installation.issueUntil(TOKENS);
    await pause(1_500);
    await killPostmaster(installation.dataDir);
    await pause(2_500);
    await installation.kill();
    await installation.start();
    await pause(1_000);
    await installation.kill();
    await installation.start();
    await load;
    await installation.issueUntil(TOKENS);
    expect(installation.received.size).toBeGreaterThanOrEqual(TOKENS);
    expect(await installation.missingRows()).toBe(0);
  }, 180_000);

  it('the check finds missing rows where the audit is switched off', async () => {
    installation = await Installation.make({ DANGEROUSLY_DISABLE_TOKEN_AUDIT: 'true' });
    await installation.start();
    await installation.issueUntil(50);
    expect(await installation.missingRows()).toBeGreaterThanOrEqual(50);
  }, 60_000);
});
