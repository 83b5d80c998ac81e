import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Watch } from '../../src/directory/watch/watch.service.js';
import { WatchRepository } from '../../src/directory/watch/watch.repository.js';
import { AuditLog, AuditRepository } from '../../src/platform/audit/index.js';
import { loadConfiguration } from '../../src/platform/config/index.js';
import { PlatformTransactions } from '../../src/platform/database/index.js';
import type { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { OpenTransaction } from '../support/open-transaction.js';
import { requestToken } from '../support/requests.js';
import { plantCalls, plantTokens, type HourOfCalls, type TokenEvent, type TrafficClient } from '../support/traffic.js';
import { aTenant, operatorOf, pause, type ApiCaller, type Tenant } from './support/management.js';

interface OddityEvent {
  readonly org_id: string | null;
  readonly actor: { readonly type: string };
  readonly target: { readonly type: string; readonly id: string; readonly name: string };
  readonly details: {
    readonly rule: string;
    readonly seen: string;
    readonly normal: string;
    readonly advice: string;
    readonly figures: object;
  };
}

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];
const [OFFICE, HOME, ELSEWHERE] = ['192.0.2.10', '198.51.100.20', '203.0.113.66'];
/** Eight days of learning, then the normal one, then the ones with something odd. All of them are over. */
const FIRST_DAY = Math.floor(Date.now() / DAY_MS) * DAY_MS - 12 * DAY_MS;
const NORMAL_DAY = 8;
const ODD_DAY = 9;

let server: TestServer;
let operator: Operator;
let api: ApiCaller;
let dataSource: DataSource;
let watch: Watch;
let tenant: Tenant;
let other: Tenant;
let clients: Record<'batch' | 'dashboard' | 'agent' | 'service', TrafficClient>;
let analytics: { id: string; identifier: string };

beforeAll(async () => {
  // The rounds of this file are taken by hand, at hours of its own.
  server = await startTestServer({ WATCH_INTERVAL_SECONDS: '0' });
  ({ operator, api } = await operatorOf(server));
  [tenant, other] = [await aTenant(operator), await aTenant(operator)];
  dataSource = await new DataSource({ type: 'postgres', url: server.files.runtimeUrl, extra: { max: 3 } }).initialize();
  watch = aWatch();
  [analytics] = (await server.sql('SELECT id, identifier FROM api_resources WHERE identifier = $1', [`${server.url}/analytics`])) as [
    typeof analytics,
  ];
  clients = {
    batch: { id: (await operator.aServicePrincipal(tenant.org.id)).id, type: 'service_principal', name: 'batch', orgId: tenant.org.id },
    dashboard: {
      id: (await operator.aServicePrincipal(tenant.org.id)).id,
      type: 'service_principal',
      name: 'dashboard',
      orgId: tenant.org.id,
    },
    agent: { id: 'https://agent.example/client.json', type: 'agent', name: 'assistant', orgId: tenant.org.id },
    service: { id: (await operator.aMicroservice({ name: 'busy' })).id, type: 'microservice', name: 'busy', orgId: null },
  };
  await watch.look(at(0, 0, 3));
});
afterAll(async () => {
  await dataSource.destroy();
  await server.stop();
});

function aWatch(settings: Record<string, string> = {}): Watch {
  const configuration = loadConfiguration({ NODE_ENV: 'test', ...settings });
  return new Watch(new PlatformTransactions(dataSource, 10_000), new WatchRepository(), new AuditLog(new AuditRepository()), configuration);
}

const at = (day: number, hour: number, minute = 0): Date => new Date(FIRST_DAY + day * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS);
const oddities = (by = api): Promise<OddityEvent[]> => by.all<OddityEvent>('/v1/audit-events?action=client.oddity_noticed');
const toldOf = async (): Promise<[string, string][]> => (await oddities()).map(({ target, details }) => [target.id, details.rule]);

/** The same every time, and as uneven as people are: 0 to 1. */
const unevenness = (...seed: number[]): number => (Math.sin(seed.reduce((sum, part) => sum * 31 + part, 7)) + 1) / 2;
const between = (least: number, most: number, ...seed: number[]): number => Math.round(least + (most - least) * unevenness(...seed));

/** What the four clients do on a day: a batch at night, dashboards and an assistant by day, a service all the time. */
function aDay(day: number): { tokens: TokenEvent[]; calls: HourOfCalls[] } {
  const tokens: TokenEvent[] = [];
  const calls: HourOfCalls[] = [];
  const act = (client: TrafficClient, hour: number, amount: number, times: number, ip: string, denied = 0): void => {
    const [audience, scope] = [analytics.identifier, 'read:analytics-data generate:reports'];
    for (let i = 0; i < times; i++) tokens.push({ client, time: at(day, hour, (i * 60) / times), ip, audience, scope });
    const hourly = { client, hour: at(day, hour), apiId: analytics.id, scopes: ['read:analytics-data'] };
    calls.push({ ...hourly, calls: amount });
    // Tokens that ran out on the way, and buttons that not everybody may press.
    if (denied > 0) calls.push({ ...hourly, calls: denied, result: 'invalid_token' });
    if (denied > 1) tokens.push({ client, time: at(day, hour, 59), ip, audience, scope: 'write:everything', refused: true });
  };
  for (let hour = 0; hour < 24; hour++) {
    const isOffice = hour >= 8 && hour < 18;
    act(clients.service, hour, between(1_500, 2_500, day, hour, 1), 12, OFFICE);
    if (hour === 2) act(clients.batch, hour, between(600, 900, day, hour, 2), 1, OFFICE);
    if (isOffice)
      act(clients.dashboard, hour, between(80, 320, day, hour, 3), between(1, 4, day, hour, 4), OFFICE, between(0, 6, day, hour, 5));
    if (isOffice || hour === 21)
      act(clients.agent, hour, between(3, 60, day, hour, 6), 4, isOffice ? OFFICE : HOME, between(0, 3, day, hour, 7));
  }
  return { tokens, calls };
}

async function play(day: number): Promise<void> {
  const { tokens, calls } = aDay(day);
  await plantTokens(server, tokens);
  await plantCalls(server, calls);
  for (let hour = 4; hour <= 24; hour += 4) await watch.look(at(day, hour, 3));
}

describe('watchfulness', () => {
  it('a new client is learned from: not a word about anybody in nine days of normal traffic, of which the last is measured', async () => {
    for (let day = 0; day <= NORMAL_DAY; day++) await play(day);
    expect(await toldOf()).toEqual([]);
    const known = await server.sql<{ client_id: string; days: number }>(
      `SELECT client_id, jsonb_array_length(habits->'days') AS days FROM client_habits WHERE client_id = ANY($1)`,
      [Object.values(clients).map(({ id }) => id)],
    );
    // The last hour in which the batch ran becomes a habit when it runs again.
    expect(known.map(({ days }) => days).sort()).toEqual([8, 9, 9, 9]);
  });

  it('each planted oddity is found on the next day, and nothing else', async () => {
    const { batch, dashboard, agent, service } = clients;
    const token = { audience: analytics.identifier, scope: 'read:analytics-data' };
    const refused = (client: TrafficClient, count: number): TokenEvent[] =>
      Array.from({ length: count }, (_, i) => ({
        ...token,
        client,
        time: new Date(at(ODD_DAY, 10, 5).getTime() + i * 1_000),
        refused: true,
      }));
    const stranger: TrafficClient = { ...agent, id: 'https://stranger.example/client.json', name: 'stranger' };
    await plantTokens(server, [
      ...refused(dashboard, 40),
      ...refused(stranger, 50),
      { ...token, client: batch, time: at(ODD_DAY, 2, 30), ip: ELSEWHERE },
      ...Array.from({ length: 250 }, (_, i) => ({
        ...token,
        client: service,
        time: new Date(at(ODD_DAY, 3).getTime() + i * 10_000),
        ip: OFFICE,
      })),
    ]);
    await plantCalls(server, [
      { client: dashboard, hour: at(ODD_DAY, 10), apiId: analytics.id, scopes: ['write:account'], result: 'insufficient_scope', calls: 30 },
      { client: agent, hour: at(ODD_DAY, 14), apiId: analytics.id, scopes: ['generate:reports'], calls: 1 },
      { client: batch, hour: at(ODD_DAY, 5), apiId: analytics.id, scopes: ['read:analytics-data'], calls: 5_000 },
    ]);
    await play(ODD_DAY);
    expect((await toldOf()).sort()).toEqual(
      [
        [batch.id, 'new_network'],
        [batch.id, 'high_volume'],
        [dashboard.id, 'denial_burst'],
        [stranger.id, 'denial_burst'],
        [agent.id, 'new_scope'],
        [service.id, 'high_volume'],
      ].sort(),
    );
  });

  it('an event says which rule, what was seen, what is normal and what to do', async () => {
    const events = await oddities();
    const network = events.find(({ details }) => details.rule === 'new_network');
    expect(network).toMatchObject({
      org_id: tenant.org.id,
      actor: { type: 'system' },
      target: { type: 'service_principal', id: clients.batch.id, name: 'batch' },
      details: {
        seen: 'Tokens went to 203.0.113.0/24 for the first time.',
        normal: 'In the last 90 days it came from 192.0.2.0/24 only.',
        advice: expect.stringContaining('allowed_ips') as string,
        figures: { networks: ['203.0.113.0/24'], known_networks: ['192.0.2.0/24'] },
      },
    });
    expect(events.find(({ details }) => details.rule === 'new_scope')).toMatchObject({
      target: { type: 'app', id: clients.agent.id, name: 'assistant' },
      details: { seen: `It used generate:reports at ${analytics.identifier} for the first time.` },
    });
    expect(events.find(({ target }) => target.type === 'microservice')).toMatchObject({ org_id: null });
  });

  // Seen to fail when the event is written without the organization of the client: the administrator sees none of them.
  it('an administrator sees the events of their own organization only', async () => {
    expect((await oddities(tenant.api)).map(({ org_id }) => org_id)).toEqual(Array.from({ length: 5 }, () => tenant.org.id));
    expect(await oddities(other.api)).toEqual([]);
  });

  // Seen to fail without the lock, when all three look at the same minutes: three events.
  it('three replicas that look at the same time find an oddity once', async () => {
    const token = { audience: analytics.identifier, scope: 'read:analytics-data', client: clients.dashboard };
    const now = at(ODD_DAY + 1, 12);
    await plantTokens(server, [{ ...token, time: at(ODD_DAY + 1, 6, 30), ip: ELSEWHERE }]);
    const standstill = await OpenTransaction.begin(server);
    // What is known can be read and not written: who gets as far as here has made up its mind.
    await standstill.run('LOCK TABLE client_habits IN EXCLUSIVE MODE');
    const looks = Promise.all([aWatch(), aWatch(), aWatch()].map((one) => one.look(now)));
    await standstill.untilWaiting();
    await pause(300);
    await standstill.commit();
    await looks;
    await watch.look(now);
    expect((await toldOf()).filter(([id, rule]) => id === clients.dashboard.id && rule === 'new_network')).toHaveLength(1);
  });

  it('what was looked at is not undone by a clock that goes back, and rules that are off say nothing', async () => {
    const token = { audience: analytics.identifier, scope: 'read:analytics-data', client: clients.batch };
    await plantTokens(server, [{ ...token, time: at(ODD_DAY + 1, 13), ip: '100.64.7.7' }]);
    await watch.look(at(ODD_DAY + 1, 11));
    await aWatch({ WATCH_NETWORKS: '0' }).look(at(ODD_DAY + 1, 14));
    expect((await toldOf()).filter(([id, rule]) => id === clients.batch.id && rule === 'new_network')).toHaveLength(1);
  });

  it('the habits of an organization go with it', async () => {
    const gone = await operator.anOrg();
    const client = { ...clients.agent, orgId: gone.id };
    const token = { audience: analytics.identifier, scope: 'read:analytics-data', client };
    await plantTokens(server, [{ ...token, time: at(ODD_DAY + 1, 15) }]);
    await watch.look(at(ODD_DAY + 1, 16));
    const kept = async (): Promise<number> => (await server.sql('SELECT 1 FROM client_habits WHERE org_id = $1', [gone.id])).length;
    expect(await kept()).toBe(1);
    await api.delete(`/v1/orgs/${gone.id}`);
    expect(await kept()).toBe(0);
    // What the audit log still says of it disturbs no round.
    await plantTokens(server, [{ ...token, time: at(ODD_DAY + 1, 16, 30) }]);
    await watch.look(at(ODD_DAY + 1, 17));
    expect(await kept()).toBe(0);
  });

  it('a server notices by itself that a client is denied again and again', async () => {
    const replica = await server.replica({ WATCH_INTERVAL_SECONDS: '1' });
    const principal = await operator.aServicePrincipal(tenant.org.id, { name: 'trying' });
    const { client_id, client_secret } = principal;
    const credential = { client_id, client_secret, audience: analytics.identifier };
    for (let i = 0; i < 55; i++) expect((await requestToken(replica.url, credential, { scope: 'write:account' })).status).toBe(400);
    const told = async (): Promise<OddityEvent[]> => (await oddities(tenant.api)).filter(({ target }) => target.id === principal.id);
    for (let waited = 0; waited < 60 && (await told()).length === 0; waited++) await pause(1_000);
    expect((await told()).map(({ details }) => details)).toMatchObject([{ rule: 'denial_burst', figures: { busiest_hour: 0, limit: 50 } }]);
  });
});
