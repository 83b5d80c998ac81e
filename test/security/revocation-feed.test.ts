import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WireRevocation } from '@countersign/resource-server';
import { operatorOf, pause, type ApiCaller } from '../e2e/support/management.js';
import type { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { aCredential, aFeedApi, RawStream, snapshotOf, type FeedApi } from '../support/feeds.js';
import { basic, call, type Credential } from '../support/requests.js';

const PATHS = ['/v1/revocations', '/v1/revocations/stream'];

let server: TestServer;
let operator: Operator;
let management: ApiCaller;
let api: FeedApi;
const streams: RawStream[] = [];

beforeAll(async () => {
  server = await startTestServer({ REVOCATION_STREAMS_PER_API: '4' });
  ({ operator, api: management } = await operatorOf(server));
  api = await aFeedApi(operator, { max_staleness_seconds: 5 });
});
afterEach(() => {
  for (const stream of streams.splice(0)) stream.close();
});
afterAll(() => server.stop());

async function open(credential: Credential, headers: Record<string, string> = {}): Promise<RawStream> {
  const stream = await RawStream.open(server.url, credential, headers);
  streams.push(stream);
  return stream;
}

const get = (path: string, headers: Record<string, string>) =>
  call<{ code: string }>('GET', server.url + path, undefined, undefined, headers);
const BASIC = 'Basic realm="Countersign"';

describe.each(PATHS)('who may read %s', (path) => {
  const refusal = async (headers: Record<string, string>) => {
    const answer = await get(path, headers);
    return [answer.status, answer.body.code, answer.headers.get('www-authenticate')];
  };

  // Seen to fail without ApiClientGuard on the controller.
  it('401 with a challenge for nobody, another scheme, an unknown API and a wrong secret, which answer the same', async () => {
    const { client_id, client_secret } = api.credential;
    for (const headers of [
      {},
      { authorization: `Bearer ${operator.token}` },
      { authorization: 'Basic !!!' },
      { authorization: basic({ client_id, client_secret: `${client_secret}x` }) },
      { authorization: basic({ client_id: 'api_01kamx4f5ye8wvq3m2ts6dgn0h', client_secret }) },
    ] as Record<string, string>[])
      expect(await refusal(headers)).toEqual([401, 'invalid_api_credentials', BASIC]);
  });

  it('403 for a service principal, even the operator', async () => {
    for (const credential of [server.demo.operator, server.orgs[0].service_principals[0]!])
      expect(await refusal({ authorization: basic(credential) })).toEqual([403, 'forbidden', null]);
  });

  it('401 for an API of the internal zone', async () => {
    const internal = await operator.anApi({ identifier: `billing-${Date.now()}`, zone: 'internal', scopes: [] });
    expect(await refusal({ authorization: basic(await aCredential(operator, internal.id)) })).toEqual([
      401,
      'invalid_api_credentials',
      BASIC,
    ]);
  });

  it('401 for a credential that was deleted', async () => {
    const own = await aFeedApi(operator);
    expect((await management.delete(`/v1/apis/${own.id}/credentials/${own.credential.id}`)).status).toBe(204);
    expect((await refusal({ authorization: basic(own.credential) }))[0]).toBe(401);
  });

  it('405 for POST, which changes nothing', async () => {
    expect((await call('POST', server.url + path, undefined, {}, { authorization: basic(api.credential) })).status).toBe(405);
  });
});

it('429 for who guesses, and the right secret still comes in', async () => {
  const strict = await server.replica({ RATE_LIMIT_FAILURES_PER_SOURCE: '3' });
  const wrong = basic({ ...api.credential, client_secret: 'csn_secret_wrong' });
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push((await fetch(`${strict.url}/v1/revocations`, { headers: { authorization: wrong } })).status);
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  expect((await snapshotOf(strict.url, api.credential)).status).toBe(200);
});

describe('what one API is told', () => {
  // Seen to fail with `concerns` answering true: the grants of B were in the snapshot, the catch-up and the push of A.
  it('no grant at another API, in the snapshot, after a cut and as it happens; everything else', async () => {
    const [a, b] = [await aFeedApi(operator), await aFeedApi(operator)];
    const { id: orgId } = await operator.anOrg();
    const principal = async () => {
      const grants = [a, b].map(({ identifier }) => ({ audience: identifier, scopes: ['read:things', 'write:things'] }));
      return (await operator.aServicePrincipal(orgId, { grants })).id;
    };
    const loseAll = async (id: string) => {
      expect((await management.patch(`/v1/orgs/${orgId}/service-principals/${id}`, { grants: [] })).status).toBe(200);
    };
    const before = (await snapshotOf(server.url, a.credential)).claims['seq'] as number;
    const [first, second] = [await principal(), await principal()];
    await loseAll(first);
    const stream = await open(a.credential, { 'last-event-id': String(before) });
    await expect.poll(() => stream.documents.length, { timeout: 2_000, interval: 10 }).toBeGreaterThan(0);
    await loseAll(second);
    await management.post(`/v1/orgs/${orgId}/service-principals/${second}/disable`);
    const told = () => stream.documents.flatMap(({ entries }) => entries);
    await expect.poll(() => told().map(({ kind }) => kind), { timeout: 2_000, interval: 10 }).toContain('client');
    const { entries } = (await snapshotOf(server.url, a.credential)).claims as { entries: WireRevocation[] };
    for (const list of [told(), entries.filter(({ value }) => value.startsWith(first) || value.startsWith(second))])
      expect(list.map(({ kind, value }) => `${kind} ${value}`).sort()).toEqual(
        [`grant ${first}.${a.id}`, `grant ${second}.${a.id}`, `client ${second}`].sort(),
      );
  });

  it('nothing that could pass as an access token, here or at another API of the issuer', async () => {
    const { text } = await snapshotOf(server.url, api.credential);
    expect((await call('GET', `${server.url}/v1/orgs`, text)).status).toBe(401);
    const management_ = (await management.get<{ data: { id: string; identifier: string }[] }>('/v1/apis?limit=100')).body.data;
    const own = management_.find(({ identifier }) => identifier === `${server.url}/v1`)!;
    const document = await snapshotOf(server.url, await aCredential(operator, own.id));
    expect([document.status, document.claims['aud']]).toEqual([200, `${server.url}/v1`]);
    expect((await call('GET', `${server.url}/v1/orgs`, document.text)).status).toBe(401);
  });
});

describe('an open stream', () => {
  const isLive = async (stream: RawStream) => {
    const before = stream.documents.length;
    await expect.poll(() => stream.documents.length, { timeout: 4_000, interval: 50 }).toBeGreaterThan(before);
  };

  // Seen to fail without keepOnly.
  it('ends when its credential is deleted; one that was opened with the new credential stays', async () => {
    const own = await aFeedApi(operator, { max_staleness_seconds: 5 });
    const old = await open(own.credential);
    await isLive(old);
    const next = await aCredential(operator, own.id);
    const stream = await open(next);
    await isLive(old);
    await management.delete(`/v1/apis/${own.id}/credentials/${own.credential.id}`);
    await expect.poll(() => old.hasEnded, { timeout: 3_000, interval: 20 }).toBe(true);
    await isLive(stream);
    expect(stream.hasEnded).toBe(false);
  });

  it.each<[string, (own: FeedApi) => Promise<unknown>]>([
    ['disabled', ({ id }) => disable(id)],
    ['deleted', ({ id }) => management.delete(`/v1/apis/${id}`)],
  ])('ends when its API is %s', async (_, change) => {
    const own = await aFeedApi(operator, { max_staleness_seconds: 5 });
    const stream = await open(own.credential);
    await isLive(stream);
    await change(own);
    await expect.poll(() => stream.hasEnded, { timeout: 4_000, interval: 20 }).toBe(true);
    expect((await open(own.credential)).response.status).toBe(401);
  });

  // There is no endpoint for it yet.
  async function disable(id: string): Promise<void> {
    await server.sql(
      `WITH changed AS (UPDATE api_resources SET status = 'disabled' WHERE id = $1 RETURNING 1)
       UPDATE change_versions SET version = version + 1 WHERE topic = 'apis' AND (SELECT count(*) FROM changed) = 1`,
      [id],
    );
    await server.sql(`UPDATE change_versions SET version = version + 1 WHERE topic = 'clients'`);
  }

  // Seen to fail without the limit, and with places that were never given back.
  it('429 too_many_streams beyond the limit of one API, not of another; a place that is left can be taken', async () => {
    const own = await aFeedApi(operator);
    const held = await Promise.all(Array.from({ length: 4 }, () => open(own.credential)));
    const refused = await get(PATHS[1]!, { authorization: basic(own.credential) });
    expect([refused.status, refused.body.code, refused.headers.get('retry-after')]).toEqual([429, 'too_many_streams', '30']);
    expect((await open(api.credential)).response.status).toBe(200);
    held[0]?.close();
    await expect.poll(async () => (await open(own.credential)).response.status, { timeout: 3_000, interval: 50 }).toBe(200);
  });

  // Seen to fail without the limit on what may wait: the process held all of it.
  it('is cut off when nobody reads it, and costs a bounded amount of memory until then', async () => {
    const own = await aFeedApi(operator, { max_staleness_seconds: 5 });
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const closed = new Promise<boolean>((resolve) => socket.on('close', () => resolve(true)).on('error', () => undefined));
    socket.write(`GET /v1/revocations/stream HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: ${basic(own.credential)}\r\n\r\n`);
    socket.pause();
    const reader = await open(own.credential);
    for (let i = 0; i < 16; i++) {
      await server.sql(
        `WITH dead AS (INSERT INTO revocations (kind, value, expires_at) SELECT 'token', repeat('x', 400) || i || $1::text, now() + interval '1 hour' FROM generate_series(1, 2000) i RETURNING 1)
         UPDATE change_versions SET version = version + 1 WHERE topic = 'revocations' AND (SELECT count(*) FROM dead) > 0`,
        [String(i)],
      );
      await pause(800);
    }
    const metrics = async () => (await fetch(`${server.opsUrl}/metrics`)).text();
    await expect.poll(metrics, { timeout: 5_000, interval: 200 }).toMatch(/revocation_feed_streams_ended_total\{reason="slow"\} 1/);
    socket.resume();
    expect(await closed).toBe(true);
    expect(reader.hasEnded).toBe(false);
    expect(reader.documents.flatMap(({ entries }) => entries).length).toBe(32_000);
  });

  it('HEAD answers and holds nothing', async () => {
    const own = await aFeedApi(operator);
    for (let i = 0; i < 10; i++) {
      const response = await fetch(`${server.url}${PATHS[1]}`, { method: 'HEAD', headers: { authorization: basic(own.credential) } });
      expect(response.status).toBe(200);
    }
  });
});

it('no secret and no signed document is in the log', () => {
  expect(server.process.log).not.toContain(api.credential.client_secret);
  expect(server.process.log).not.toContain('revocations-delta');
  expect(server.process.log).not.toMatch(/eyJ[A-Za-z0-9_-]{20}/);
});
