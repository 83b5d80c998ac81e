import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { requestToken, tokenOf, type Answer } from '../support/requests.js';
import { actsOfPeople, thenAct, type Act } from './support/acts-of-people.js';
import { ApiCaller, aTenant, documentedOperations, operatorOf, refusalOf, type Document, type ListOf } from './support/management.js';

interface AuditEvent {
  id: string;
  time: string;
  org_id: string | null;
  actor: { type: string; id: string | null; name: string | null };
  action: string;
  target: { type: string; id: string | null; name: string | null } | null;
  result: string;
  reason_code: string | null;
  request_id: string | null;
  ip: string | null;
  user_agent: string | null;
  trace_id: null;
  details: { before?: Record<string, unknown>; after?: Record<string, unknown>; [name: string]: unknown };
}

const EVENTS = '/v1/audit-events';
let server: TestServer;
let operator: Operator;
let api: ApiCaller;
let analytics: ApiCaller;

beforeAll(async () => {
  server = await startTestServer();
  ({ operator, api } = await operatorOf(server));
  analytics = new ApiCaller(server.url, await tokenOf(server.url, server.orgs[0].service_principals[0]!));
});
afterAll(() => server.stop());

const events = (filter: string, by = api): Promise<AuditEvent[]> => by.all<AuditEvent>(`${EVENTS}?${filter}`);

describe('what is recorded', () => {
  /** How each operation that changes something is made to succeed. A new one must be added here. */
  function acts(): Record<string, Act> {
    const orgs = async (): Promise<string> => `/v1/orgs/${(await operator.anOrg()).id}`;
    const principals = async (): Promise<string> => {
      const { id } = await operator.anOrg();
      return `/v1/orgs/${id}/service-principals/${(await operator.aServicePrincipal(id)).id}`;
    };
    const apis = async (): Promise<string> => `/v1/apis/${(await operator.anApi()).id}`;
    let count = 0;
    const microservices = async (): Promise<string> =>
      `/v1/microservices/${(await operator.aMicroservice({ name: `audited-${++count}` })).id}`;
    const aPolicy = async (path: string): Promise<Answer<Document>> => {
      const caller = (await api.get<{ name: string }>(path)).body.name;
      return api.post('/v1/call-policies', { caller, target: 'export', scopes: ['start:export'], org_mode: 'none' });
    };
    const aTrust = async (path: string): Promise<Answer<Document>> => {
      const [, orgId] = /^\/v1\/orgs\/(.+)$/.exec(path) ?? [];
      const principal = orgId === undefined ? server.demo.operator.client_id : (await operator.aServicePrincipal(orgId)).id;
      const rules = [{ claims: { repository_id: '74' }, principal }];
      return api.post(`${path}/trusted-issuers`, { issuer: `https://audited-${++count}.example.com`, rules });
    };
    return {
      ...actsOfPeople(operator, api),
      createOrg: { action: 'org.created', act: () => api.post('/v1/orgs', { name: 'audited' }) },
      updateOrg: thenAct('org.updated', orgs, (path) => api.patch(path, { name: 'renamed' })),
      deleteOrg: thenAct('org.deleted', orgs, (path) => api.delete(path)),
      suspendOrg: thenAct('org.suspended', orgs, (path) => api.post(`${path}/suspend`)),
      reinstateOrg: thenAct('org.reinstated', orgs, async (path) => {
        await api.post(`${path}/suspend`);
        return api.post(`${path}/reinstate`);
      }),
      createApi: {
        action: 'api.created',
        act: () =>
          api.post('/v1/apis', {
            identifier: 'https://audited.example.com',
            name: 'x',
            zone: 'external',
            sender_constraint: 'none',
            scopes: [],
          }),
      },
      updateApi: thenAct('api.updated', apis, (path) => api.patch(path, { name: 'renamed' })),
      deleteApi: thenAct('api.deleted', apis, (path) => api.delete(path)),
      createApiCredential: thenAct('api.credential.created', apis, (path) => api.post(`${path}/credentials`, {})),
      deleteApiCredential: thenAct('api.credential.deleted', apis, async (path) =>
        api.delete(`${path}/credentials/${(await api.post(`${path}/credentials`, {})).body.id}`),
      ),
      createServicePrincipal: thenAct('service_principal.created', orgs, (path) =>
        api.post(`${path}/service-principals`, { name: 'x', grants: [] }),
      ),
      updateServicePrincipal: thenAct('service_principal.updated', principals, (path) => api.patch(path, { name: 'renamed' })),
      deleteServicePrincipal: thenAct('service_principal.deleted', principals, (path) => api.delete(path)),
      disableServicePrincipal: thenAct('service_principal.disabled', principals, (path) => api.post(`${path}/disable`)),
      enableServicePrincipal: thenAct('service_principal.enabled', principals, async (path) => {
        await api.post(`${path}/disable`);
        return api.post(`${path}/enable`);
      }),
      rotateServicePrincipalSecret: thenAct('service_principal.secret.rotated', principals, (path) => api.post(`${path}/secrets`, {})),
      deleteServicePrincipalSecret: thenAct('service_principal.secret.deleted', principals, async (path) =>
        api.delete(`${path}/secrets/${(await api.all<Document>(`${path}/secrets`))[0]?.id}`),
      ),
      createMicroservice: {
        action: 'microservice.created',
        act: () => api.post('/v1/microservices', { name: 'audited', auth_method: 'tls_client_auth' }),
      },
      updateMicroservice: thenAct('microservice.updated', microservices, (path) =>
        api.patch(path, { spiffe_id: 'spiffe://elsewhere.example/x' }),
      ),
      deleteMicroservice: thenAct('microservice.deleted', microservices, (path) => api.delete(path)),
      disableMicroservice: thenAct('microservice.disabled', microservices, (path) => api.post(`${path}/disable`)),
      enableMicroservice: thenAct('microservice.enabled', microservices, async (path) => {
        await api.post(`${path}/disable`);
        return api.post(`${path}/enable`);
      }),
      createJoinToken: thenAct('microservice.join_token.created', microservices, (path) => api.post(`${path}/join-tokens`, {})),
      deleteJoinToken: thenAct('microservice.join_token.deleted', microservices, async (path) =>
        api.delete(`${path}/join-tokens/${(await api.post(`${path}/join-tokens`, {})).body.id}`),
      ),
      createRegistrationToken: {
        action: 'registration_token.created',
        act: () => api.post('/v1/registration-tokens', { note: 'audited' }),
      },
      deleteRegistrationToken: {
        action: 'registration_token.deleted',
        act: async () => api.delete(`/v1/registration-tokens/${(await api.post('/v1/registration-tokens', {})).body.id}`),
      },
      rotateCertificateAuthority: {
        action: 'certificate_authority.replacement_asked',
        act: () => api.post('/v1/certificate-authorities/rotate'),
      },
      createCallPolicy: thenAct('call_policy.created', microservices, (path) => aPolicy(path)),
      updateCallPolicy: thenAct('call_policy.updated', microservices, async (path) =>
        api.patch(`/v1/call-policies/${(await aPolicy(path)).body.id}`, { org_mode: 'any' }),
      ),
      deleteCallPolicy: thenAct('call_policy.deleted', microservices, async (path) =>
        api.delete(`/v1/call-policies/${(await aPolicy(path)).body.id}`),
      ),
      createTrustedIssuer: thenAct('trusted_issuer.created', orgs, (path) => aTrust(path)),
      updateTrustedIssuer: thenAct('trusted_issuer.updated', orgs, async (path) =>
        api.patch(`${path}/trusted-issuers/${(await aTrust(path)).body.id}`, { assertion_reuse: 'until_expiry' }),
      ),
      deleteTrustedIssuer: thenAct('trusted_issuer.deleted', orgs, async (path) =>
        api.delete(`${path}/trusted-issuers/${(await aTrust(path)).body.id}`),
      ),
      createPlatformTrustedIssuer: { action: 'trusted_issuer.created', act: () => aTrust('/v1') },
      updatePlatformTrustedIssuer: {
        action: 'trusted_issuer.updated',
        act: async () => api.patch(`/v1/trusted-issuers/${(await aTrust('/v1')).body.id}`, { assertion_reuse: 'until_expiry' }),
      },
      deletePlatformTrustedIssuer: {
        action: 'trusted_issuer.deleted',
        act: async () => api.delete(`/v1/trusted-issuers/${(await aTrust('/v1')).body.id}`),
      },
      ingestEvents: {
        action: 'analytics.events.ingested',
        act: () =>
          analytics.post('/analytics/v1/events', {
            events: [{ id: 'audited', customer_id: 'c', type: 'x', occurred_at: new Date().toISOString() }],
          }),
      },
      generateReport: {
        action: 'analytics.report.generated',
        act: () => analytics.post('/analytics/v1/reports', { kind: 'activity', from: '2026-01-01' }),
      },
      updateAnalyticsAccount: {
        action: 'analytics.account.updated',
        act: () => analytics.patch('/analytics/v1/account', { display_name: 'Audited' }),
      },
    };
  }

  it('every operation of the OpenAPI document that changes something writes its event, in the transaction of the change', async () => {
    const operations = [...(await documentedOperations(server, '/v1/')), ...(await documentedOperations(server, '/analytics/'))].filter(
      // Usage reports are counted; only those that are refused are events.
      // The rule testers answer a question.
      ({ id, mutates }) => mutates && !['reportUsage', 'testTrustedIssuers', 'testPlatformTrustedIssuers', 'previewApp'].includes(id),
    );
    const known = acts();
    expect(operations.map(({ id }) => id).sort()).toEqual(Object.keys(known).sort());
    for (const [id, { action, act }] of Object.entries(known)) {
      const answer = await act();
      expect({ id, done: answer.status < 300, text: answer.status < 300 ? '' : answer.text }).toEqual({ id, done: true, text: '' });
      const written = (await events(`action=${action}`)).filter((event) => event.request_id === answer.headers.get('x-request-id'));
      expect({ id, written: written.map((event) => [event.action, event.result]) }).toEqual({ id, written: [[action, 'success']] });
    }
  });

  it('an event says who, what, to what, from where and by which request', async () => {
    const answer = await api.post('/v1/orgs', { name: 'Seen' }, { 'user-agent': 'audit-test/1' });
    const [event] = await events(`target=${answer.body.id}`);
    expect(event).toEqual({
      id: expect.stringMatching(/^evt_[0-9a-z]{26}$/) as string,
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      org_id: answer.body.id,
      action: 'org.created',
      result: 'success',
      reason_code: null,
      actor: { type: 'service_principal', id: server.demo.operator.client_id, name: null },
      target: { type: 'org', id: answer.body.id, name: 'Seen' },
      request_id: answer.headers.get('x-request-id'),
      ip: '127.0.0.1',
      user_agent: 'audit-test/1',
      trace_id: null,
      details: { after: { name: 'Seen', status: 'active', ceiling: null, external_id: null, max_api_key_lifetime_seconds: null } },
    });
    expect(Math.abs(Date.parse(event?.time ?? '') - Date.now())).toBeLessThan(20_000);
  });

  it('a change carries before and after of what changed only; a change that changes nothing writes nothing', async () => {
    const org = await operator.anOrg();
    const principal = await operator.aServicePrincipal(org.id, { name: 'Old' });
    const path = `/v1/orgs/${org.id}/service-principals/${principal.id}`;
    await api.patch(path, { name: 'New', token_lifetime_seconds: 300 });
    await api.patch(path, { name: 'New' });
    const changes = await events(`target=${principal.id}&action=service_principal.updated`);
    expect(changes).toHaveLength(1);
    expect(changes.map(({ details: { before, after } }) => ({ before, after }))).toEqual([
      { before: { name: 'Old', token_lifetime_seconds: null }, after: { name: 'New', token_lifetime_seconds: 300 } },
    ]);
  });

  it('a refused change writes nothing', async () => {
    const org = await operator.anOrg();
    const before = (await events(`org_id=${org.id}`)).length;
    await api.post(`/v1/orgs/${org.id}/service-principals`, { name: 'x', grants: [], isAdmin: true });
    await api.patch(`/v1/orgs/${org.id}`, { name: '' });
    expect(await events(`org_id=${org.id}`)).toHaveLength(before);
  });

  it('no event holds a secret or a token', async () => {
    const org = await operator.anOrg();
    const principal = await operator.aServicePrincipal(org.id);
    const path = `/v1/orgs/${org.id}/service-principals/${principal.id}`;
    const rotated = await api.post(`${path}/secrets`, {});
    const token = await tokenOf(server.url, principal);
    await requestToken(server.url, { ...principal, client_secret: `${principal.client_secret}x` });
    await api.delete(path);
    const text = JSON.stringify(await server.sql('SELECT * FROM audit_events'));
    for (const secret of [
      principal.client_secret,
      String(rotated.body['client_secret']),
      token,
      token.split('.')[2]!,
      operator.token,
      server.demo.operator.client_secret,
    ])
      expect(text).not.toContain(secret);
    expect(text).not.toMatch(/csn_secret_[0-9A-Za-z]{20}/);
  });
});

describe('filters', () => {
  it('by org, actor, action, target and result, alone and together', async () => {
    const tenant = await aTenant(operator);
    const path = `/v1/orgs/${tenant.org.id}/service-principals`;
    const made = await tenant.api.post(path, { name: 'by the tenant', grants: [] });
    await tenant.api.post(`${path}/${made.body.id}/disable`);
    await requestToken(server.url, { ...tenant.administrator, audience: 'https://nowhere.example.com' });
    const { id: actor } = tenant.administrator;
    expect((await events(`actor=${actor}&action=service_principal.disabled`)).map(({ target }) => target?.id)).toEqual([made.body.id]);
    expect((await events(`target=${made.body.id}`)).map(({ action }) => action)).toEqual([
      'service_principal.disabled',
      'service_principal.created',
    ]);
    const failures = await events(`org_id=${tenant.org.id}&result=failure`);
    expect(failures.map(({ action, reason_code, result }) => [action, reason_code, result])).toEqual([
      ['token.refused', 'invalid_target', 'failure'],
    ]);
    const all = await events(`org_id=${tenant.org.id}`);
    expect(all.every((event) => event.org_id === tenant.org.id)).toBe(true);
    expect((await events(`org_id=${tenant.org.id}&result=success`)).length + failures.length).toBe(all.length);
    expect(await events(`org_id=${tenant.org.id}&actor=nobody`)).toEqual([]);
  });

  it('by time: from belongs to the period, to does not', async () => {
    const { id } = await operator.anOrg();
    for (let i = 0; i < 3; i++) await api.patch(`/v1/orgs/${id}`, { name: `n${i}` });
    const all = await events(`org_id=${id}`);
    const [newest, middle] = [all[0]!, all[1]!];
    expect((await events(`org_id=${id}&from=${newest.time}`)).map((event) => event.id)).toEqual(
      all.filter(({ time }) => time >= newest.time).map((event) => event.id),
    );
    expect((await events(`org_id=${id}&to=${middle.time}`)).map((event) => event.id)).toEqual(
      all.filter(({ time }) => time < middle.time).map((event) => event.id),
    );
    expect(await events(`org_id=${id}&to=2020-01-01`)).toEqual([]);
    expect(await events(`org_id=${id}&from=2020-01-01&to=2090-01-01T00:00:00Z`)).toHaveLength(all.length);
  });

  it.each([
    'from=yesterday',
    'from=2026-W01-1',
    'to=2026-032',
    'to=2026-02-30',
    'from=2026-13-01',
    'result=maybe',
    'action=A;drop',
    'action=',
    'actor=',
    'foo=1',
    'limit=0',
    'limit=101',
    'org_id=a&org_id=b',
    `actor=${'x'.repeat(257)}`,
  ])('422 for %s', async (query) => {
    expect(refusalOf(await api.get(`${EVENTS}?${query}`))).toEqual([422, 'validation_failed']);
  });
});

describe('pages', () => {
  it('join without loss or repeats while others write', async () => {
    const { id } = await operator.anOrg();
    const rename = (name: string): Promise<unknown> => api.patch(`/v1/orgs/${id}`, { name });
    for (let i = 0; i < 40; i++) await rename(`before ${i}`);
    const expected = (await events(`org_id=${id}`)).map((event) => event.id);
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let page = 0; cursor !== null; page++) {
      await Promise.all([rename(`during ${page}`), operator.anOrg()]);
      const answer: Answer<ListOf<AuditEvent>> = await api.get<ListOf<AuditEvent>>(
        `${EVENTS}?org_id=${id}&limit=7${cursor ? `&cursor=${cursor}` : ''}`,
      );
      seen.push(...answer.body.data.map((event) => event.id));
      cursor = answer.body.next_cursor;
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.slice(-expected.length)).toEqual(expected);
    expect([...seen].sort().toReversed()).toEqual(seen);
  });
});

// Seen to fail when AuditEvents.list ran the platform transaction for everybody.
describe('a caller of an organization', () => {
  it('sees the events of its own organization only, whatever it filters by', async () => {
    const [one, other] = [await aTenant(operator), await aTenant(operator)];
    await tokenOf(server.url, { ...other.administrator, audience: `${server.url}/v1` });
    const own = await events('', one.api);
    expect(own.length).toBeGreaterThan(2);
    expect(new Set(own.map((event) => event.org_id))).toEqual(new Set([one.org.id]));
    const [foreign] = await events(`org_id=${other.org.id}`);
    for (const filter of [
      `org_id=${other.org.id}`,
      `actor=${other.administrator.id}`,
      `target=${other.org.id}`,
      'action=api.created',
      `target=${foreign?.target?.id}`,
    ]) {
      const answer = await one.api.get<ListOf<AuditEvent>>(`${EVENTS}?${filter}`);
      expect({ filter, body: answer.body }).toEqual({ filter, body: { data: [], next_cursor: null } });
    }
    const cursor = Buffer.from(foreign?.id ?? '').toString('base64url');
    const past = await one.api.get<ListOf<AuditEvent>>(`${EVENTS}?cursor=${cursor}`);
    expect(past.body.data.every((event) => event.org_id === one.org.id)).toBe(true);
  });

  it('403 insufficient_scope without read:audit-events', async () => {
    const tenant = await aTenant(operator, { rights: ['read:orgs'] });
    expect(refusalOf(await tenant.api.get(EVENTS))).toEqual([403, 'insufficient_scope']);
  });
});
