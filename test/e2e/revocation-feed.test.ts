import { connect } from 'node:net';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { DatabaseProxy } from '../platform/support/database-proxy.js';
import type { Operator, PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { aFeedApi, RawStream, snapshotOf, TestGuard, type FeedApi } from '../support/feeds.js';
import { launch } from '../support/launch.js';
import { basic, comingBack, postForm, tokenOf, tokenUnderLoad } from '../support/requests.js';
import { operatorOf, pause, type ApiCaller } from './support/management.js';

const WITHIN_MS = 2_000;

let server: TestServer;
let replica: { url: string };
let operator: Operator;
let management: ApiCaller;
let api: FeedApi;
let other: FeedApi;
let guards: TestGuard[];

beforeAll(async () => {
  server = await startTestServer();
  replica = await server.replica();
  ({ operator, api: management } = await operatorOf(server));
  api = await aFeedApi(operator);
  other = await aFeedApi(operator);
  // Two follow one process of the issuer, the third another.
  guards = [new TestGuard(server, api), new TestGuard(server, api), new TestGuard(server, api, { fetchFrom: replica.url })];
  await Promise.all(guards.map(connected));
});
afterAll(async () => {
  await Promise.all(guards.map(({ feed }) => feed.close()));
  await server.stop();
});

async function connected({ feed }: TestGuard): Promise<void> {
  await feed.start();
  await vi.waitFor(() => expect(feed.stats().isConnected).toBe(true), { timeout: 8_000, interval: 10 });
}

interface Subject {
  readonly orgId: string;
  readonly principal: PrincipalMade;
  readonly path: string;
  readonly token: string;
}

async function aSubject(): Promise<Subject> {
  const { id: orgId } = await operator.anOrg();
  const grants = [
    { audience: api.identifier, scopes: ['read:things', 'write:things'] },
    { audience: other.identifier, scopes: ['read:things', 'write:things'] },
  ];
  const principal = await operator.aServicePrincipal(orgId, { grants });
  const token = await tokenOf(server.url, { ...principal, audience: api.identifier });
  return { orgId, principal, token, path: `/v1/orgs/${orgId}/service-principals/${principal.id}` };
}

const verdicts = (token: string) => Promise.all(guards.map((guard) => guard.verdict(token)));
const everywhere = (verdict: string) => guards.map(() => verdict);

// Seen to fail when RevocationFeedStreams pushes nothing (the third of three heartbeats came too late), and when DirectoryReaction is not added.
describe('what is revoked at the issuer is refused by three guards within 2 s', () => {
  const narrowed = () => ({ grants: [{ audience: api.identifier, scopes: ['read:things'] }] });
  it.each<[string, (subject: Subject) => Promise<{ status: number }>]>([
    [
      'a token given back',
      ({ token, principal }) => postForm(`${server.url}/oauth/revoke`, { token }, { authorization: basic(principal) }),
    ],
    ['a disabled principal', ({ path }) => management.post(`${path}/disable`)],
    ['a deleted principal', ({ path }) => management.delete(path)],
    ['a deleted secret', ({ path, principal }) => management.delete(`${path}/secrets/${principal.secrets[0]!.id}`)],
    ['a secret rotated without grace', ({ path }) => management.post(`${path}/secrets`, { grace_seconds: 0 })],
    ['a narrowed grant', ({ path }) => management.patch(path, narrowed())],
    ['a suspended organization', ({ orgId }) => management.post(`/v1/orgs/${orgId}/suspend`)],
  ])('%s', async (_, revoke) => {
    const subject = await aSubject();
    expect(await verdicts(subject.token)).toEqual(everywhere('accepted'));
    const answer = await revoke(subject);
    expect(answer.status).toBeLessThan(300);
    await expect.poll(() => verdicts(subject.token), { timeout: WITHIN_MS, interval: 10 }).toEqual(everywhere('revoked'));
  });

  it('a storm of two hundred at once', async () => {
    const subjects: Subject[] = [];
    // One after the other: the storm is of revocations, and to make what it kills needs no load.
    for (let i = 0; i < 20; i++) subjects.push(await aSubject());
    const tokens = await Promise.all(
      subjects.flatMap(({ principal }) =>
        Array.from({ length: 10 }, () => tokenUnderLoad(server.url, { ...principal, audience: api.identifier })),
      ),
    );
    // Seen by every guard before, so that only revocation is waited for.
    for (const token of tokens) expect(await verdicts(token)).toEqual(everywhere('accepted'));
    for (let i = 0; i < tokens.length; i += 20) {
      const revoked = tokens.slice(i, i + 20).map(async (token, j) => {
        const by = subjects[Math.floor((i + j) / 10)]!.principal;
        return (await comingBack(() => postForm(`${server.url}/oauth/revoke`, { token }, { authorization: basic(by) }))).status;
      });
      expect(new Set(await Promise.all(revoked))).toEqual(new Set([200]));
    }
    await expect
      .poll(async () => (await Promise.all(tokens.map(verdicts))).flat().filter((verdict) => verdict !== 'revoked'), {
        timeout: WITHIN_MS,
        interval: 50,
      })
      .toEqual([]);
    expect(guards.map(({ feed }) => feed.stats().snapshots)).toEqual([1, 1, 1]);
  });
});

describe('GET /v1/revocations', () => {
  it('200 with a signed snapshot, which no cache keeps', async () => {
    const subject = await aSubject();
    await management.post(`${subject.path}/disable`);
    const answer = await snapshotOf(server.url, api.credential);
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      200,
      'application/jwt',
      'no-store',
    ]);
    const jwks = createRemoteJWKSet(new URL(`${server.url}/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(answer.text, jwks, { issuer: server.url, audience: api.identifier });
    expect(protectedHeader).toMatchObject({ typ: 'revocations+jwt', alg: 'RS256' });
    expect(payload.exp! - payload.iat!).toBe(30);
    expect(payload).toMatchObject({
      seq: expect.any(Number) as number,
      max_staleness_seconds: 60,
      heartbeat_seconds: 5,
      scope_risks: { 'read:things': 'low', 'write:things': 'medium', 'delete:things': 'high' },
    });
    const { entries } = payload as unknown as { entries: Record<string, unknown>[] };
    expect(entries.find(({ value }) => value === subject.principal.id)).toEqual({
      kind: 'client',
      value: subject.principal.id,
      revoked_at: expect.any(Number) as number,
      expires_at: expect.any(Number) as number,
    });
  });

  it.each(['RS256', 'PS256', 'ES256'])('200 signed with %s, as the tokens of the API are', async (signing_alg) => {
    const one = await aFeedApi(operator, { signing_alg });
    const guard = new TestGuard(server, one);
    await connected(guard);
    expect(guard.feed.stats()).toMatchObject({ isFresh: true, refusedDocuments: 0 });
    await guard.feed.close();
  });

  it('304 while nothing has changed, 200 after a revocation or a change of settings', async () => {
    const own = await aFeedApi(operator);
    const etag = async (headers = {}) => snapshotOf(server.url, own.credential, headers);
    const first = (await etag()).headers.get('etag')!;
    for (const header of [first, first.replace('W/', ''), `"x", ${first}`, '*']) {
      const answer = await etag({ 'if-none-match': header });
      expect([answer.status, answer.text, answer.headers.get('etag')]).toEqual([304, '', first]);
    }
    await management.post(`${(await aSubject()).path}/disable`);
    const second = await etag({ 'if-none-match': first });
    expect([second.status, second.headers.get('etag') === first]).toEqual([200, false]);
    await management.patch(`/v1/apis/${own.id}`, { max_staleness_seconds: 30 });
    expect((await etag({ 'if-none-match': second.headers.get('etag')! })).status).toBe(200);
  });
});

describe('GET /v1/revocations/stream', () => {
  let stream: RawStream | undefined;
  afterEach(() => stream?.close());

  it('200 with headers that keep proxies from collecting, and a first document at once', async () => {
    stream = await RawStream.open(server.url, api.credential);
    const headers = stream.response.headers;
    expect([stream.response.status, headers.get('content-type'), headers.get('cache-control'), headers.get('x-accel-buffering')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
      'no-store, no-transform',
      'no',
    ]);
    expect(headers.get('x-request-id')).toBeTruthy();
    await expect.poll(() => stream?.documents.length, { timeout: 1_000, interval: 10 }).toBe(1);
    expect(stream.types).toEqual(['revocations-delta+jwt']);
    const [first] = stream.documents;
    expect([first?.from === first?.to, first?.entries]).toEqual([true, []]);
  });

  it('a chain without a gap, from Last-Event-ID on', async () => {
    const before = (await snapshotOf(server.url, api.credential)).claims['seq'] as number;
    for (let i = 0; i < 3; i++) await management.post(`${(await aSubject()).path}/disable`);
    stream = await RawStream.open(server.url, api.credential, { 'last-event-id': String(before) });
    for (let i = 0; i < 3; i++) await management.post(`${(await aSubject()).path}/disable`);
    await expect.poll(() => stream?.documents.flatMap(({ entries }) => entries).length, { timeout: WITHIN_MS, interval: 20 }).toBe(6);
    expect(stream.documents[0]?.from).toBe(before);
    for (let i = 1; i < stream.documents.length; i++) expect(stream.documents[i]?.from).toBe(stream.documents[i - 1]?.to);
  });

  it.each(['nonsense', '-1', '999999999', '1e3'])('Last-Event-ID %s is answered with where the stream is', async (id) => {
    stream = await RawStream.open(server.url, api.credential, { 'last-event-id': id });
    await expect.poll(() => stream?.documents.length, { timeout: 1_000, interval: 10 }).toBe(1);
    expect(stream.documents[0]).toMatchObject({ from: stream.documents[0]?.to, entries: [] });
  });

  it('more at once than a process remembers: guards take a snapshot', async () => {
    const guard = new TestGuard(server, api);
    await connected(guard);
    await server.sql(
      `WITH dead AS (INSERT INTO revocations (kind, value, expires_at) SELECT 'token', 'storm-' || i, now() + interval '1 hour' FROM generate_series(1, 6000) i RETURNING 1)
       UPDATE change_versions SET version = version + 1 WHERE topic = 'revocations' AND (SELECT count(*) FROM dead) > 0`,
    );
    await expect.poll(() => guard.feed.stats().entries, { timeout: 4_000, interval: 50 }).toBeGreaterThan(6_000);
    expect(guard.feed.stats()).toMatchObject({ isConnected: true, snapshots: 2 });
    await guard.feed.close();
    await server.sql(`DELETE FROM revocations WHERE value LIKE 'storm-%'`);
  });
});

describe('max_staleness_seconds', () => {
  it('201 with 60 when it is left out; 422 outside of 5 to 3600', async () => {
    expect((await management.get(`/v1/apis/${api.id}`)).body['max_staleness_seconds']).toBe(60);
    for (const [value, status] of [
      [5, 200],
      [3600, 200],
      [4, 422],
      [3601, 422],
      [7.5, 422],
      ['60', 422],
      [null, 422],
      [60, 200],
    ] as const)
      expect([value, (await management.patch(`/v1/apis/${api.id}`, { max_staleness_seconds: value })).status]).toEqual([value, status]);
  });

  it('reaches guards that are connected, with the risks of the catalogue', async () => {
    const own = await aFeedApi(operator);
    const guard = new TestGuard(server, own);
    await connected(guard);
    await management.patch(`/v1/apis/${own.id}`, { max_staleness_seconds: 5 });
    await expect.poll(() => guard.feed.stats().snapshots, { timeout: 8_000, interval: 50 }).toBe(2);
    await guard.feed.close();
  });
});

describe('when the issuer is gone', () => {
  // Seen to fail when requireFresh asks nothing, and when a guard's list is emptied with its connection.
  it('known revocations hold; after max_staleness 503 revocations_stale for more than low risk; a restart ends it', async () => {
    const lonely = await startTestServer();
    const { operator: admin, api: administration } = await operatorOf(lonely);
    const own = await aFeedApi(admin, { max_staleness_seconds: 5 });
    const { id: orgId } = await admin.anOrg();
    const principal = () =>
      admin.aServicePrincipal(orgId, { grants: [{ audience: own.identifier, scopes: ['read:things', 'write:things'] }] });
    const [dead, alive] = [await principal(), await principal()];
    const [deadToken, token] = await Promise.all([dead, alive].map((one) => tokenOf(lonely.url, { ...one, audience: own.identifier })));
    const guard = new TestGuard(lonely, own);
    await connected(guard);
    await administration.post(`/v1/orgs/${orgId}/service-principals/${dead.id}/disable`);
    await expect.poll(() => guard.verdict(deadToken!), { timeout: WITHIN_MS, interval: 10 }).toBe('revoked');
    expect(await guard.verdict(token!, ['write:things'])).toBe('accepted');

    await lonely.process.kill();
    await pause(3_000);
    expect([await guard.verdict(deadToken!), await guard.verdict(token!, ['write:things'])]).toEqual(['revoked', 'accepted']);
    await pause(2_500);
    expect([await guard.verdict(deadToken!), await guard.verdict(token!, ['write:things']), await guard.verdict(token!)]).toEqual([
      'revoked',
      'RevocationsStale',
      'accepted',
    ]);

    const again = await launch(lonely.files, { PUBLIC_URL: lonely.url, PORT: new URL(lonely.url).port });
    await expect.poll(() => guard.verdict(token!, ['write:things']), { timeout: 20_000, interval: 100 }).toBe('accepted');
    expect(guard.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['stale', 'fresh']));
    await guard.feed.close();
    await again.process.stop();
    await lonely.stop();
  });

  it('a guard whose replica dies goes on with another one, and misses nothing that happened between', async () => {
    const dying = await server.replica();
    let current = dying.url;
    const balancer: typeof fetch = (input, init) => fetch(String(input).replace(server.url, current), init);
    const guard = new TestGuard(server, api, { fetch: balancer });
    await connected(guard);
    const subject = await aSubject();
    expect(await guard.verdict(subject.token)).toBe('accepted');
    await dying.process.kill();
    await management.post(`${subject.path}/disable`);
    current = replica.url;
    await expect.poll(() => guard.verdict(subject.token), { timeout: 5_000, interval: 10 }).toBe('revoked');
    // The snapshot may have told before the stream is open.
    await expect.poll(() => guard.feed.stats().isConnected, { timeout: 5_000, interval: 10 }).toBe(true);
    await guard.feed.close();
  });

  // Seen to fail with heartbeats sent whether or not the process is current: the guard stayed fresh.
  it('a replica that is cut off from the database proves nothing: its guards become stale, and recover with it', async () => {
    const doors = [await DatabaseProxy.before(server.files.runtimeUrl)];
    const deaf = await server.replica({
      DATABASE_URL: doors[0]!.urlFor(server.files.runtimeUrl),
      DATABASE_LISTEN_URL: doors[0]!.urlFor(server.files.runtimeUrl),
    });
    const own = await aFeedApi(operator, { max_staleness_seconds: 5 });
    await pause(1_000);
    const guard = new TestGuard(server, own, { fetchFrom: deaf.url });
    await connected(guard);
    await pause(6_000);
    expect(guard.feed.stats().isFresh).toBe(true);
    await doors[0]!.down();
    await expect.poll(() => guard.feed.stats().isFresh, { timeout: 10_000, interval: 100 }).toBe(false);
    await doors[0]!.up();
    await expect.poll(() => guard.feed.stats().isFresh, { timeout: 20_000, interval: 100 }).toBe(true);
    await guard.feed.close();
    await deaf.process.stop();
    await doors[0]!.close();
  });
});

describe('at shutdown', () => {
  // Seen to fail, with exit code 1 after the grace, without beforeApplicationShutdown, and without UnusedConnections.
  it('streams end at once and the process with them, whatever connection was opened ahead', async () => {
    const leaving = await server.replica();
    const unused = connect(Number(new URL(leaving.url).port), 'localhost').on('error', () => undefined);
    const streams = await Promise.all(Array.from({ length: 5 }, () => RawStream.open(leaving.url, api.credential)));
    await expect.poll(() => streams.every(({ documents }) => documents.length > 0), { timeout: 2_000, interval: 10 }).toBe(true);
    const started = Date.now();
    expect(await leaving.process.stop()).toBe(0);
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(streams.map(({ hasEnded }) => hasEnded)).toEqual([true, true, true, true, true]);
    unused.destroy();
  });
});
