import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operator, PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { basic, call, tokenOf, type Answer } from '../support/requests.js';
import { aReportingApi, anEntry, callsOf, minuteAgo, sendReport, type ReportingApi, type UsageDocument } from '../support/usage.js';
import { ApiCaller, aTenant, operatorOf, refusalOf, type ListOf, type Tenant } from '../e2e/support/management.js';

const REPORTS = '/v1/usage-reports';
const USAGE = '/v1/usage';
const RIGHTS = ['read:orgs', 'read:usage'];

let server: TestServer;
let operator: Operator;
let api: ApiCaller;
let things: ReportingApi;
let a: Tenant;
let b: Tenant;

beforeAll(async () => {
  server = await startTestServer({ USAGE_OPERATIONS_PER_API_DAY: '20', USAGE_LINES_PER_API_DAY: '100' });
  ({ operator, api } = await operatorOf(server));
  [a, b] = [await aTenant(operator, { rights: RIGHTS }), await aTenant(operator, { rights: RIGHTS })];
  things = await aReportingApi(operator);
});
afterAll(() => server.stop());

const usage = (filter: string, by = api): Promise<UsageDocument[]> => by.all<UsageDocument>(`${USAGE}?${filter}`);
const challenge = (answer: Answer): string | null => answer.headers.get('www-authenticate');
const comparable = ({ status, body }: Answer): unknown => ({ status, body: { ...body, request_id: null } });

describe('who may report', () => {
  const attempt = (authorization: string | undefined, body: unknown = {}): Promise<Answer> =>
    call('POST', server.url + REPORTS, undefined, body, authorization === undefined ? {} : { authorization });

  it('401 with one challenge and one body for missing, unknown, wrong and malformed credentials, before the body is judged', async () => {
    const wrong = { ...things.credential, client_secret: `${things.credential.client_secret.slice(0, -1)}x` };
    const unknown = { client_id: 'api_01kaj6q8f2e4tbp0m9d3s7x5zc', client_secret: things.credential.client_secret };
    const answers = [
      await attempt(undefined),
      await attempt(basic(wrong)),
      await attempt(basic(unknown)),
      await attempt(basic({ client_id: 'x', client_secret: '' })),
      await attempt('Basic %%%'),
      await attempt(`Bearer ${api.token}`),
      await attempt(basic(wrong), { report_id: 1, nonsense: true }),
    ];
    for (const answer of answers) {
      expect(refusalOf(answer)).toEqual([401, 'invalid_api_credentials']);
      expect(challenge(answer)).toBe('Basic realm="Countersign"');
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(comparable(answer)).toEqual(comparable(answers[0]!));
    }
  });

  it('403 for a service principal with its right secret, 401 with a wrong one', async () => {
    const { client_id, client_secret } = a.administrator;
    const answer = await attempt(basic({ client_id, client_secret }));
    expect(refusalOf(answer)).toEqual([403, 'forbidden']);
    expect(refusalOf(await attempt(basic({ client_id, client_secret: 'csn_secret_wrong' })))).toEqual([401, 'invalid_api_credentials']);
  });

  it('401 for an API of the internal zone, which has no business on this listener', async () => {
    const internal = await aReportingApi(operator, { identifier: 'billing', zone: 'internal' });
    expect(refusalOf(await sendReport(server.url, internal, [anEntry()]))).toEqual([401, 'invalid_api_credentials']);
  });

  it('401 at once when the credential or the API is deleted', async () => {
    const gone = await aReportingApi(operator);
    expect((await sendReport(server.url, gone, [anEntry()])).status).toBe(200);
    const [{ id }] = (await api.get<ListOf<{ id: string }>>(`/v1/apis/${gone.id}/credentials`)).body.data as [{ id: string }];
    await api.delete(`/v1/apis/${gone.id}/credentials/${id}`);
    expect((await sendReport(server.url, gone, [anEntry()])).status).toBe(401);
    const other = await aReportingApi(operator);
    await api.delete(`/v1/apis/${other.id}`);
    expect((await sendReport(server.url, other, [anEntry()])).status).toBe(401);
  });

  it('a credential of an API is good for nothing else: no token, no management', async () => {
    const form = new URLSearchParams({ grant_type: 'client_credentials' }).toString();
    const headers = { authorization: basic(things.credential), 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(`${server.url}/oauth/token`, { method: 'POST', body: form, headers });
    expect(answer.status).toBe(400);
    expect((await call('GET', server.url + USAGE, undefined, undefined, { authorization: basic(things.credential) })).status).toBe(401);
  });
});

describe('limits', () => {
  it('429 for who guesses secrets, while the right one is not locked out; 429 for an API that reports too often, alone', async () => {
    const strict = await server.replica({ RATE_LIMIT_FAILURES_PER_SOURCE: '3', RATE_LIMIT_USAGE_REPORTS_PER_API: '2' });
    const guess = { ...things, credential: { ...things.credential, client_secret: 'csn_secret_guess' } };
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await sendReport(strict.url, guess, [anEntry()])).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect((await sendReport(strict.url, things, [anEntry()])).status).toBe(200);
    expect((await sendReport(strict.url, things, [anEntry()])).status).toBe(200);
    const refused = await sendReport(strict.url, things, [anEntry()]);
    expect(refusalOf(refused)).toEqual([429, 'rate_limited']);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await sendReport(strict.url, await aReportingApi(operator), [anEntry()])).status).toBe(200);
  });
});

describe('whose calls a report may be about', () => {
  // Seen to fail without the comparison of audience and credential: the report was counted.
  it('403 for another API, which is audited, and nothing is counted', async () => {
    const victim = await aReportingApi(operator);
    const answer = await sendReport(server.url, things, [anEntry({ operation: 'Foreign.list' })], { audience: victim.identifier });
    expect(refusalOf(answer)).toEqual([403, 'forbidden']);
    expect(await usage('operation=Foreign.list')).toEqual([]);
    const events = await api.all<{ actor: object; reason_code: string; details: object; result: string; request_id: string }>(
      '/v1/audit-events?action=usage_report.refused',
    );
    expect(events[0]).toMatchObject({
      actor: { id: things.id },
      result: 'failure',
      reason_code: 'foreign_audience',
      request_id: answer.headers.get('x-request-id'),
      details: { audience: victim.identifier },
    });
    expect(answer.text).not.toContain(victim.id);
  });

  it('the organization comes from the directory: a report cannot name one, and clients nobody knows belong to none', async () => {
    const stranger = 'sp_01kaj6q8f2e4tbp0m9d3s7x5zc';
    const entries = [
      anEntry({ operation: 'Whose.list', client_id: b.administrator.id, count: 5 }),
      anEntry({ operation: 'Whose.list', client_id: stranger, count: 7 }),
    ];
    expect((await sendReport(server.url, things, entries)).status).toBe(200);
    const forged = { ...anEntry({ operation: 'Whose.list' }), org_id: a.org.id };
    expect((await sendReport(server.url, things, [forged])).status).toBe(422);
    expect(callsOf(await usage('operation=Whose.list', a.api))).toBe(0);
    expect(callsOf(await usage('operation=Whose.list', b.api))).toBe(5);
    expect(await usage(`operation=Whose.list&principal=${stranger}`)).toMatchObject([{ org_id: null, calls: 7 }]);
  });
});

describe('an API that reports whatever it likes', () => {
  const rowsOf = async (id: string): Promise<number> =>
    Number((await server.sql<{ count: string }>('SELECT count(*) FROM usage_rollups WHERE api_id = $1', [id]))[0]?.count);

  // Seen to fail with boundOperations and boundRows left out: 10,000 operations.
  it('ten thousand operations are twenty and one, and every call is counted', async () => {
    const hostile = await aReportingApi(operator);
    for (let report = 0; report < 20; report++) {
      const entries = Array.from({ length: 500 }, (_, i) => anEntry({ operation: `Hostile.${report}.${i}` }));
      expect((await sendReport(server.url, hostile, entries)).status).toBe(200);
    }
    const sums = await usage(`api=${hostile.id}&group_by=operation`);
    expect(sums).toHaveLength(21);
    expect(sums[0]).toMatchObject({ operation: 'other', calls: 10_000 - 20 });
    expect(callsOf(sums)).toBe(10_000);
  });

  // Seen to fail without room in boundRows: 4,000 rows.
  it('thousands of clients, credentials and scopes fill no more than the rows of its day, from many guards at once too', async () => {
    const hostile = await aReportingApi(operator);
    const id = (prefix: string, n: number): string => `${prefix}_01kaj6q8f2e4tbp0m9d3s7${n.toString(10).padStart(4, '0')}`;
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, report) => {
        const entries = Array.from({ length: 500 }, (__, i) => {
          const n = report * 500 + i;
          return anEntry({
            client_id: id('sp', n),
            credential_id: id('sec', n),
            scopes: [`s:${n}`],
            minute: minuteAgo(1),
            operation: 'Same',
          });
        });
        return sendReport(server.url, hostile, entries);
      }),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await rowsOf(hostile.id)).toBeLessThanOrEqual(102);
    expect(callsOf(await usage(`api=${hostile.id}`))).toBe(4_000);
    // A neighbour has its own day.
    const neighbour = await aReportingApi(operator);
    await sendReport(server.url, neighbour, [anEntry({ client_id: a.administrator.id })]);
    expect(await usage(`api=${neighbour.id}`, a.api)).toHaveLength(1);
  });

  it('a hundred reports at once are counted or answered 503, and everybody else is served meanwhile', async () => {
    const hostile = await aReportingApi(operator);
    const entries = Array.from({ length: 500 }, (_, i) =>
      anEntry({ operation: 'Flood', client_id: a.administrator.id, scopes: [`s:${i % 50}`] }),
    );
    const flood = Promise.all(Array.from({ length: 100 }, () => sendReport(server.url, hostile, entries)));
    const others = await Promise.all(Array.from({ length: 20 }, () => api.get('/v1/orgs')));
    expect(others.map(({ status }) => status)).toEqual(others.map(() => 200));
    const answers = await flood;
    const counted = answers.filter(({ status }) => status === 200).length;
    expect(counted).toBeGreaterThanOrEqual(21);
    for (const answer of answers.filter(({ status }) => status !== 200)) {
      expect(refusalOf(answer)).toEqual([503, 'service_unavailable']);
      expect(answer.headers.get('retry-after')).toBe('5');
    }
    expect(callsOf(await usage(`api=${hostile.id}`))).toBe(counted * 500);
  });

  it('text that would be SQL or markup is text', async () => {
    const operation = `'); DROP TABLE usage_rollups; --<script>\\"`;
    expect((await sendReport(server.url, things, [anEntry({ operation })])).status).toBe(200);
    expect(await usage(`operation=${encodeURIComponent(operation)}`)).toHaveLength(1);
    expect(await usage(`scope=${encodeURIComponent("x' OR '1'='1")}`)).toEqual([]);
  });
});

describe('an organization sees the calls of its own clients only', () => {
  let principalOfB: PrincipalMade;

  beforeAll(async () => {
    principalOfB = await operator.aServicePrincipal(b.org.id);
    const entries = [a.administrator.id, b.administrator.id, principalOfB.id].flatMap((client_id) =>
      ['accepted', 'insufficient_scope'].map((result) => anEntry({ client_id, result, operation: 'Tenancy.list', count: 11 })),
    );
    const shared = await aReportingApi(operator, { name: 'Shared by both' });
    expect(
      (await sendReport(server.url, shared, [...entries, anEntry({ operation: 'Tenancy.list', result: 'invalid_token' })])).status,
    ).toBe(200);
  });

  /** Everything that A can ask for about others. */
  async function foreignRows(): Promise<UsageDocument[]> {
    const cursor = (await api.get<ListOf<UsageDocument>>(`${USAGE}?limit=1`)).body.next_cursor;
    const questions = [
      '',
      'operation=Tenancy.list',
      `org_id=${b.org.id}`,
      `principal=${principalOfB.id}`,
      `org_id=${b.org.id}&principal=${b.administrator.id}&operation=Tenancy.list`,
      `cursor=${cursor}`,
      'result=invalid_token',
      ...['principal', 'org', 'credential', 'operation', 'scope', 'result', 'api'].map(
        (dimension) => `org_id=${b.org.id}&group_by=${dimension}`,
      ),
    ];
    const rows: UsageDocument[] = [];
    for (const question of questions) {
      const answer = await a.api.get<ListOf<UsageDocument>>(`${USAGE}?limit=100&${question}`);
      expect(answer.status).toBe(200);
      const grouped = question.includes('group_by');
      rows.push(...answer.body.data.filter(({ org_id, principal }) => grouped || org_id !== a.org.id || principal === principalOfB.id));
    }
    return rows;
  }

  it('whatever it asks for: rows of another organization, and of nobody, are not there', async () => {
    expect(await foreignRows()).toEqual([]);
    expect(callsOf(await usage('operation=Tenancy.list', a.api))).toBe(22);
    expect((await usage('group_by=org', a.api)).map(({ org_id }) => org_id)).toEqual([a.org.id]);
    expect(callsOf(await usage('operation=Tenancy.list'))).toBe(67);
  });

  it('a demo tenant, who has called nothing of this, sees nothing of it', async () => {
    const other = await aTenant(operator, { rights: ['read:usage'] });
    expect(await usage('operation=Tenancy.list', other.api)).toEqual([]);
    expect((await call('GET', server.url + USAGE, await tokenOf(server.url, server.orgs[0].service_principals[0]!))).status).toBe(401);
  });

  // The same property with the policy opened: the check must be able to fail. Last, because it breaks this database.
  it('with the policy of the table dropped, the same property finds foreign rows', async () => {
    await server.sql('DROP POLICY tenant_rows ON usage_rollups');
    await server.sql('CREATE POLICY tenant_rows ON usage_rollups TO countersign_tenant USING (true)');
    expect((await foreignRows()).length).toBeGreaterThan(0);
  });
});
