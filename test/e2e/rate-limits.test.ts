import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator, type PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { requestToken, tokenOf, type Answer } from '../support/requests.js';
import { ApiCaller, operatorOf, refusalOf } from './support/management.js';

const API_LIMIT = 12;
const TOKEN_LIMIT = 6;

let server: TestServer;
let operator: Operator;

beforeAll(async () => {
  server = await startTestServer({ RATE_LIMIT_API_PER_CLIENT: String(API_LIMIT), RATE_LIMIT_TOKEN_PER_CLIENT: String(TOKEN_LIMIT) });
  ({ operator } = await operatorOf(server));
});
afterAll(() => server.stop());

const ACCOUNT = '/analytics/v1/account';

/** The operator is limited too; each principal here is one of its requests. */
async function aPrincipal(scopes = ['read:account', 'read:reports']): Promise<PrincipalMade> {
  return operator.aServicePrincipal(server.orgs[0].id, { grants: [{ audience: `${server.url}/analytics`, scopes }] });
}

async function statusesOf(count: number, request: () => Promise<Answer<unknown>>): Promise<number[]> {
  const statuses: number[] = [];
  for (let i = 0; i < count; i++) statuses.push((await request()).status);
  return statuses;
}

// Seen to fail when CallerRateLimitGuard counted nothing.
describe('the reference API, per client', () => {
  it('200 up to the limit with headers that count down, then a 429 problem that says when to come back', async () => {
    const caller = new ApiCaller(server.url, await tokenOf(server.url, await aPrincipal()));
    for (let left = API_LIMIT - 1; left >= 0; left--) {
      const { status, headers } = await caller.get(ACCOUNT);
      expect({
        status,
        remaining: headers.get('x-ratelimit-remaining'),
        policy: headers.get('ratelimit-policy'),
        limit: headers.get('x-ratelimit-limit'),
      }).toEqual({
        status: 200,
        remaining: String(left),
        policy: `"api-client";q=${API_LIMIT};w=60`,
        limit: String(API_LIMIT),
      });
      expect(headers.get('ratelimit')).toMatch(new RegExp(`^"api-client";r=${left};t=[1-9][0-9]?$`));
      expect(Number(headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000 - 1);
    }
    const refused = await caller.get(ACCOUNT);
    expect(refusalOf(refused)).toEqual([429, 'rate_limited']);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.headers.get('cache-control')).toBe('no-store');
    const retryAfter = Number(refused.headers.get('retry-after'));
    const reset = Number(/t=(\d+)/.exec(refused.headers.get('ratelimit') ?? '')?.[1]);
    expect(retryAfter).toBeGreaterThan(0);
    expect(retryAfter).toBeLessThanOrEqual(60);
    // RL-2: not earlier than the window's end.
    expect(retryAfter).toBeGreaterThanOrEqual(reset);
    expect(refused.headers.get('ratelimit')).toContain(';r=0;');
  });

  it('other clients of the same organization are unaffected, and new tokens of the same client do not help', async () => {
    const [busy, calm] = [await aPrincipal(), await aPrincipal()];
    const first = new ApiCaller(server.url, await tokenOf(server.url, busy));
    expect(await statusesOf(API_LIMIT + 2, () => first.get(ACCOUNT))).toEqual([...Array<number>(API_LIMIT).fill(200), 429, 429]);
    const second = new ApiCaller(server.url, await tokenOf(server.url, busy));
    expect((await second.get(ACCOUNT)).status).toBe(429);
    expect((await new ApiCaller(server.url, await tokenOf(server.url, calm)).get(ACCOUNT)).status).toBe(200);
  });

  it('a burst at the same time lets exactly the limit through', async () => {
    const caller = new ApiCaller(server.url, await tokenOf(server.url, await aPrincipal()));
    const answers = await Promise.all(Array.from({ length: API_LIMIT * 3 }, () => caller.get(ACCOUNT)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(API_LIMIT);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(API_LIMIT * 2);
  });

  it('401 without limits to see: who has not authenticated learns nothing of them', async () => {
    const { status, headers } = await new ApiCaller(server.url, 'garbage').get(ACCOUNT);
    expect(status).toBe(401);
    expect([...headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([]);
  });
});

describe('the token endpoint, per client', () => {
  it('200 up to the limit, then 429 in the form of OAuth, while other clients go on', async () => {
    const [busy, calm] = [await aPrincipal(), await aPrincipal()];
    for (let left = TOKEN_LIMIT - 1; left >= 0; left--) {
      const { status, headers } = await requestToken(server.url, busy);
      expect({ status, remaining: headers.get('x-ratelimit-remaining'), policy: headers.get('ratelimit-policy') }).toEqual({
        status: 200,
        remaining: String(left),
        policy: `"token-client";q=${TOKEN_LIMIT};w=60`,
      });
    }
    const refused = await requestToken(server.url, busy);
    expect([refused.status, refused.body['error']]).toEqual([429, 'temporarily_unavailable']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('ratelimit')).toContain('"token-client";r=0;');
    expect(refused.headers.get('cache-control')).toBe('no-store');
    expect(refused.headers.get('content-type')).toContain('application/json');
    expect((await requestToken(server.url, calm)).status).toBe(200);
  });

  it('401 without limits to see, and wrong secrets use up nothing of the client', async () => {
    const principal = await aPrincipal();
    for (let i = 0; i < TOKEN_LIMIT * 2; i++) {
      const { status, headers } = await requestToken(server.url, { ...principal, client_secret: 'wrong' });
      expect(status).toBe(401);
      expect([...headers.keys()].filter((name) => name.includes('ratelimit'))).toEqual([]);
    }
    expect((await requestToken(server.url, principal)).headers.get('x-ratelimit-remaining')).toBe(String(TOKEN_LIMIT - 1));
  });
});
