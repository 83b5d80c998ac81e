import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { Installation } from './support/installation.js';
import { pause, PlantedProduct } from './support/product.js';

const TOKENS = 10_000;
const WORKERS = 32;
/** Alone it takes about 40 s on two busy cores; beside other files twice as long. */
const DEADLINE_MS = 150_000;

let installation: Installation;
const planted: PlantedProduct[] = [];
afterEach(async () => {
  await installation.remove();
  planted.splice(0).forEach((product) => product.remove());
});

/** Clients that keep the `jti` of every token they receive; a refused or lost answer counts for nothing. */
class Load {
  readonly received: string[] = [];
  private readonly agent = new Agent({ keepAlive: true, maxSockets: WORKERS });
  private readonly deadline = Date.now() + DEADLINE_MS;

  /** Asks until so many tokens have been received in all. */
  async until(total: number): Promise<void> {
    const worker = async (): Promise<void> => {
      while (this.received.length < total && Date.now() < this.deadline) {
        const token = await this.oneToken();
        if (token === undefined) await pause(20);
        else this.received.push(String(decodeJwt(token).jti));
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, worker));
    this.agent.destroy();
  }

  async past(count: number): Promise<void> {
    while (this.received.length < count && Date.now() < this.deadline) await pause(5);
  }

  /** node:http with kept connections: a third of the cost of fetch, and cost is what bounds this test. */
  private oneToken(): Promise<string | undefined> {
    const { client_id, client_secret } = installation.operator;
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': form.length };
    return new Promise((resolve) => {
      const nothing = (): void => resolve(undefined);
      request(`${installation.url}/oauth/token`, { method: 'POST', agent: this.agent, headers, timeout: 5_000 }, (response) => {
        text(response).then(
          (body) => resolve(response.statusCode === 200 ? (JSON.parse(body) as { access_token: string }).access_token : undefined),
          nothing,
        );
      })
        .once('error', nothing)
        .end(form);
    });
  }
}

async function killPostmaster(): Promise<void> {
  process.kill(await installation.postmaster(), 'SIGKILL');
}

/** Tokens that somebody holds and that the audit log does not know. */
async function unrecorded(received: readonly string[]): Promise<number> {
  const [row] = await installation.sql<{ count: string }>(
    `SELECT count(*) FROM unnest($1::text[]) AS received(jti) WHERE jti NOT IN (SELECT target_id FROM audit_events WHERE action = 'token.issued')`,
    [received],
  );
  return Number(row?.count);
}

describe('an audit row for every token that a client received', () => {
  // Seen to fail against the bug that the second test plants: the audit is written, but not waited for.
  it(`${TOKENS} issuances under kill -9 of the server and of PostgreSQL lose none`, async () => {
    installation = await Installation.make();
    await installation.start();
    const load = new Load();
    const done = load.until(TOKENS);
    await load.past(1_500);
    await killPostmaster();
    await load.past(3_500);
    await installation.kill();
    await installation.start();
    await load.past(5_500);
    await killPostmaster();
    await load.past(7_500);
    await installation.kill();
    await installation.start();
    await done;
    expect(load.received.length).toBeGreaterThanOrEqual(TOKENS);
    expect(new Set(load.received).size).toBe(load.received.length);
    expect(await unrecorded(load.received)).toBe(0);
  });

  it('the same check finds missing rows where the minter does not wait for the audit', async () => {
    planted.push(
      PlantedProduct.plant(
        'src/issuer/token-issuance/token-minter.js',
        'signer.sign(claims), this.record(mint, claims, signer)]',
        'signer.sign(claims), void this.record(mint, claims, signer).catch(() => undefined)]',
      ),
    );
    installation = await Installation.make({}, planted[0]!.entry);
    await installation.start();
    const load = new Load();
    const done = load.until(2_000);
    await load.past(500);
    await killPostmaster();
    await done;
    expect(await unrecorded(load.received)).toBeGreaterThan(0);
  });
});
