import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { admit, anApp, diesWithin2s, READ, refresh, REPORTS, tokensFor, works, type AppMade, type Tokens } from '../support/delegation.js';
import { call } from '../support/requests.js';
import { aReportingApi, anEntry, minuteAgo, sendReport, type ReportingApi, type UsageDocument } from '../support/usage.js';
import { aPerson, type PersonMade, type Visitor } from '../support/visitor.js';
import { aTenant, operatorOf, refusalOf, TENANT_RIGHTS, type ListOf, type Tenant } from './support/management.js';

interface OwnApp {
  id: string;
  app_id: string;
  name: string;
  org_name: string;
  audience: string;
  scopes: { name: string; description: string; risk: string; used: boolean }[];
  last_used_at: string | null;
  calls: number;
  denials: number;
  last_denied_at: string | null;
  operations: { operation: string; calls: number; denials: number; last_at: string }[];
  sessions: { created_at: string; refreshed_at: string; ip: string | null; ends_at: string }[];
}

interface ConnectedApp {
  app_id: string;
  name: string;
  publisher: string;
  reviewed: boolean;
  people: number;
  access: { audience: string; scopes: string[]; scopes_used: string[] }[];
  last_used_at: string | null;
  calls: number;
  denials: number;
  operations: { operation: string; calls: number; denials: number }[];
}

const RIGHTS = [...TENANT_RIGHTS, 'read:consents', 'write:consents', 'read:usage'];
const SCOPES = [
  { name: 'read:things', description: 'Read things.', risk: 'low', assignable_by: 'org_admin', delegable: true },
  { name: 'write:things', description: 'Change things.', risk: 'medium', assignable_by: 'org_admin', delegable: true },
];
let server: TestServer;
let operator: Operator;
let tenant: Tenant;
let other: Tenant;
let things: ReportingApi;
let app: AppMade;
let person: PersonMade;
let stranger: PersonMade;

beforeAll(async () => {
  server = await startTestServer();
  ({ operator } = await operatorOf(server));
  [tenant, other] = [await aTenant(operator, { rights: RIGHTS }), await aTenant(operator, { rights: RIGHTS })];
  things = await aReportingApi(operator, { name: 'Things', scopes: SCOPES });
  stranger = await aPerson(operator, other.org.id);
});
afterAll(() => server.stop());

beforeEach(async () => {
  const grants = [
    { audience: `${server.url}/analytics`, scopes: [READ, REPORTS] },
    { audience: things.identifier, scopes: ['read:things', 'write:things'] },
  ];
  app = await anApp(operator, { grants });
  for (const { org } of [tenant, other]) await admit(operator, org.id, { app_ids: [app.id] });
  person = await aPerson(operator, tenant.org.id);
});

const consentOf = ({ access_token }: Tokens): string => String(decodeJwt(access_token)['grant']);
const atAnalytics = (browser: Visitor): Promise<Tokens> => tokensFor(browser, app, { resource: `${server.url}/analytics` });
const atThings = (browser: Visitor): Promise<Tokens> => tokensFor(browser, app, { resource: things.identifier });
const appsOf = async ({ browser }: PersonMade): Promise<OwnApp[]> => (await browser.get<{ data: OwnApp[] }>('/account/apps')).body.data;
const connected = async ({ api, org }: Tenant): Promise<ConnectedApp[]> =>
  (await api.get<ListOf<ConnectedApp>>(`/v1/orgs/${org.id}/connected-apps`)).body.data.filter(({ app_id }) => app_id === app.id);

/** What the guard of the API tells about calls on a consent. */
async function report(consentId: string, more: Parameters<typeof anEntry>[0] = {}): Promise<void> {
  const answer = await sendReport(server.url, things, [anEntry({ client_id: app.id, grant_id: consentId, ...more })]);
  expect(answer.status, answer.text).toBe(200);
}

/** The form of the page with these boxes ticked. */
async function narrow(browser: Visitor, consentId: string, kept: string[]): Promise<ReturnType<Visitor['postText']>> {
  const fields: [string, string][] = [
    ['csrf_token', (await browser.state()).csrf_token],
    ...kept.map((scope): [string, string] => ['scope', scope]),
  ];
  return browser.postText(`/account/apps/${consentId}/narrow`, new URLSearchParams(fields).toString(), { 'sec-fetch-site': 'same-origin' });
}

describe('section account: the apps that I allowed something', () => {
  it('200 what each may do in the words of the catalogue, since when, and where it is signed in; nobody else sees it', async () => {
    const tokens = await atThings(person.browser);
    expect((await refresh(server.url, app, tokens.refresh_token)).status).toBe(200);
    const [own, ...more] = await appsOf(person);
    expect(more).toEqual([]);
    expect(own).toMatchObject({
      id: consentOf(tokens),
      app_id: app.id,
      name: 'Charts',
      publisher: 'Charts Ltd',
      reviewed: true,
      active: true,
      org_id: tenant.org.id,
      org_name: tenant.org.name,
      audience: things.identifier,
      api_name: 'Things',
      scopes: [
        { name: 'read:things', description: 'Read things.', risk: 'low', used: false },
        { name: 'write:things', description: 'Change things.', risk: 'medium', used: false },
      ],
      last_used_at: null,
      calls: 0,
    });
    expect(own?.sessions).toHaveLength(1);
    expect(Date.parse(own?.sessions[0]?.refreshed_at ?? '')).toBeGreaterThan(Date.parse(own?.sessions[0]?.created_at ?? ''));
    expect(await appsOf(stranger)).toEqual([]);
  });

  it('401 sign_in_required without a session, also with a token', async () => {
    const { access_token } = await atThings(person.browser);
    expect(refusalOf(await call('GET', `${server.url}/account/apps`, access_token))).toEqual([401, 'sign_in_required']);
    person.browser.cookies.clear();
    expect(refusalOf(await person.browser.submit(`/account/apps/con_01kamx4f5ye8wvq3m2ts6dgn0h/revoke`))).toEqual([
      401,
      'sign_in_required',
    ]);
  });

  it('303 revoked: the token is refused within 2 s, the refresh token at once, and the audit says who did it', async () => {
    const tokens = await atAnalytics(person.browser);
    expect(await works(server.url, tokens.access_token)).toBe(true);
    const answer = await person.browser.submit(`/account/apps/${consentOf(tokens)}/revoke`);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${server.url}/account?done=revoked`]);
    expect((await refresh(server.url, app, tokens.refresh_token)).body['error']).toBe('invalid_grant');
    await diesWithin2s(server.url, tokens.access_token);
    expect(await appsOf(person)).toEqual([]);
    const events = await server.sql(
      `SELECT action, actor_type, actor_id, org_id FROM audit_events WHERE target_id = $1 ORDER BY id DESC LIMIT 1`,
      [consentOf(tokens)],
    );
    expect(events).toEqual([{ action: 'consent.withdrawn', actor_type: 'user', actor_id: person.userId, org_id: tenant.org.id }]);
  });

  it('303 narrowed: only what stays ticked is left, nothing can be added, and without a tick it is revoked', async () => {
    const tokens = await atAnalytics(person.browser);
    const id = consentOf(tokens);
    const answer = await narrow(person.browser, id, [REPORTS, 'write:everything']);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${server.url}/account/apps/${id}?done=narrowed`]);
    await diesWithin2s(server.url, tokens.access_token);
    expect((await appsOf(person))[0]?.scopes.map(({ name }) => name)).toEqual([REPORTS]);
    const narrower = (await refresh(server.url, app, tokens.refresh_token)).body;
    expect(narrower['scope']).toBe(REPORTS);
    const { grant, jti } = decodeJwt(String(narrower['access_token']));
    expect(grant).toBe(`${id}.2`);
    // By the bare id the events of one consent are found together.
    const [issued] = await server.sql<{ details: object }>(
      `SELECT details FROM audit_events WHERE action = 'token.issued' AND target_id = $1`,
      [jti],
    );
    expect(issued?.details).toMatchObject({ grant_id: id, grant_generation: 2 });
    await narrow(person.browser, id, [READ, REPORTS]);
    expect((await appsOf(person))[0]?.scopes.map(({ name }) => name)).toEqual([REPORTS]);
    expect((await narrow(person.browser, id, [])).headers.get('location')).toBe(`${server.url}/account?done=revoked`);
    expect(await appsOf(person)).toEqual([]);
  });

  // Seen to fail when withdrawOwn and narrowOwn ask for no owner.
  it('404 for what somebody else allowed, like for an id that never existed', async () => {
    const tokens = await atAnalytics(person.browser);
    for (const id of [consentOf(tokens), 'con_01kamx4f5ye8wvq3m2ts6dgn0h']) {
      expect(refusalOf(await stranger.browser.submit(`/account/apps/${id}/revoke`))).toEqual([404, 'not_found']);
      expect(refusalOf(await narrow(stranger.browser, id, []))).toEqual([404, 'not_found']);
    }
    expect(await works(server.url, tokens.access_token)).toBe(true);
    expect((await appsOf(person))[0]?.scopes).toHaveLength(2);
  });

  // Seen to fail when Forms.readFields does not verify.
  it('attack 27: 403 for forms of other sites, without token or with that of somebody else', async () => {
    const tokens = await atAnalytics(person.browser);
    const path = `/account/apps/${consentOf(tokens)}`;
    const { csrf_token } = await person.browser.state();
    const attempts: [Record<string, string>, Record<string, string>][] = [
      [{}, {}],
      [{ csrf_token: (await stranger.browser.state()).csrf_token }, {}],
      [{ csrf_token }, { 'sec-fetch-site': 'cross-site' }],
      [{ csrf_token }, { origin: 'https://elsewhere.example' }],
    ];
    for (const [form, headers] of attempts)
      for (const step of ['revoke', 'narrow'])
        expect(refusalOf(await person.browser.post(`${path}/${step}`, form, headers))).toEqual([403, 'form_expired']);
    expect(await works(server.url, tokens.access_token)).toBe(true);
  });
});

describe('section usage: what apps did with it', () => {
  it('calls, scopes used and last use, for the person, the administrator and the organization’s usage', async () => {
    const id = consentOf(await atThings(person.browser));
    await report(id, { count: 3, minute: minuteAgo(5) });
    await report(id, { count: 2, minute: minuteAgo(90), operation: 'Things.list2' });
    await report(id, { result: 'insufficient_scope', scopes: ['write:things'], minute: minuteAgo(2) });
    const [own] = await appsOf(person);
    expect(own).toMatchObject({ calls: 5, last_used_at: minuteAgo(5), denials: 1, last_denied_at: minuteAgo(2) });
    const operations = [
      { operation: 'Things.list', calls: 3, denials: 1, last_at: minuteAgo(2) },
      { operation: 'Things.list2', calls: 2, denials: 0, last_at: minuteAgo(90) },
    ];
    expect(own?.operations).toEqual(operations);
    expect(own?.scopes.map(({ used }) => used)).toEqual([true, false]);
    const { body: consent } = await tenant.api.get(`/v1/consents/${id}`);
    expect(consent).toMatchObject({ calls: 5, last_used_at: minuteAgo(5), scopes_used: ['read:things'], denials: 1, operations });
    const { data } = (await tenant.api.get<ListOf<UsageDocument>>(`/v1/usage?principal=${app.id}`)).body;
    expect(new Set(data.map(({ org_id, grant_id }) => `${org_id} ${grant_id}`))).toEqual(new Set([`${tenant.org.id} ${id}`]));
    expect((await other.api.get<ListOf<UsageDocument>>(`/v1/usage?principal=${app.id}`)).body.data).toEqual([]);
  });

  // Seen to fail when the statement that adds joins by id alone.
  it('a guard that names another app, or the consent of another API, changes nothing', async () => {
    const [here, elsewhere] = [consentOf(await atThings(person.browser)), consentOf(await atAnalytics(person.browser))];
    await report(here, { client_id: 'app_01kamx4f5ye8wvq3m2ts6dgn0h' });
    await report(elsewhere);
    await report('con_01kamx4f5ye8wvq3m2ts6dgn0h');
    expect((await appsOf(person)).map(({ calls }) => calls)).toEqual([0, 0]);
    expect((await tenant.api.get<ListOf<UsageDocument>>(`/v1/usage?principal=${app.id}`)).body.data).toEqual([]);
  });

  it('an app that was only ever denied is seen to have tried; who names a hundred operations fills no more than fifty', async () => {
    const id = consentOf(await atThings(person.browser));
    await report(id, { result: 'insufficient_scope', scopes: ['write:things'], operation: '__proto__' });
    expect((await appsOf(person))[0]).toMatchObject({ calls: 0, last_used_at: null, denials: 1, operations: [{ operation: '__proto__' }] });
    expect((await connected(tenant))[0]).toMatchObject({ calls: 0, last_used_at: null, denials: 1 });
    // Replicas of the release before know no row without a time.
    const [row] = await server.sql<{ at: Date }>('SELECT last_used_at AS at FROM consent_usage WHERE consent_id = $1', [id]);
    expect(new Date(row?.at ?? '').getTime()).not.toBeNaN();
    await report(id, { minute: minuteAgo(30) });
    expect((await appsOf(person))[0]).toMatchObject({ calls: 1, last_used_at: minuteAgo(30) });
    const entries = Array.from({ length: 100 }, (_, i) => anEntry({ client_id: app.id, grant_id: id, operation: `op ${i} <b>` }));
    expect((await sendReport(server.url, things, entries)).status).toBe(200);
    const [own] = await appsOf(person);
    expect([own?.calls, own?.operations.length, own?.operations[0]]).toMatchObject([101, 51, { operation: 'other', calls: 52 }]);
  });

  it('a public app, which has no credential but its name, can be reported about', async () => {
    const id = consentOf(await atThings(person.browser));
    await report(id, { credential_id: app.id });
    expect((await appsOf(person))[0]?.calls).toBe(1);
  });

  it('twenty reports at once lose no call', async () => {
    const ids = [consentOf(await atThings(person.browser)), consentOf(await atThings(stranger.browser))];
    await Promise.all(Array.from({ length: 20 }, (_, i) => report(ids[i % 2] ?? '', { minute: minuteAgo(1 + (i % 3) * 800) })));
    const [own] = await appsOf(person);
    expect([own?.calls, own?.operations.map(({ calls }) => calls)]).toEqual([10, [10]]);
    expect((await appsOf(stranger)).find(({ id }) => ids.includes(id))?.calls).toBe(10);
  });
});

describe('section connected apps: the same for the administrator', () => {
  it('200 one line per app: people, scopes in use, last use, calls; of the own organization alone', async () => {
    const second = await aPerson(operator, tenant.org.id);
    const [mine, theirs] = [consentOf(await atThings(person.browser)), consentOf(await atThings(second.browser))];
    await atAnalytics(person.browser);
    await atThings(stranger.browser);
    await report(mine, { count: 4, minute: minuteAgo(9) });
    await report(theirs, { count: 1, scopes: ['write:things'], minute: minuteAgo(3) });
    await report(theirs, { operation: 'Things.drop', result: 'insufficient_scope', minute: minuteAgo(4) });
    const [line] = await connected(tenant);
    expect(line).toMatchObject({
      name: 'Charts',
      publisher: 'Charts Ltd',
      reviewed: true,
      people: 2,
      kind: 'app',
      registration: 'administrator',
      calls: 5,
      last_used_at: minuteAgo(3),
      denials: 1,
      last_denied_at: minuteAgo(4),
      operations: [
        { operation: 'Things.list', calls: 5, denials: 0, last_at: minuteAgo(3) },
        { operation: 'Things.drop', calls: 0, denials: 1, last_at: minuteAgo(4) },
      ],
    });
    const access = new Map(line?.access.map((one) => [one.audience, one]));
    const both = ['read:things', 'write:things'];
    expect(access.get(things.identifier)).toMatchObject({ scopes: both, scopes_used: both });
    expect(access.get(`${server.url}/analytics`)).toMatchObject({ scopes: [READ, REPORTS], scopes_used: [] });
    expect((await connected(other))[0]).toMatchObject({ people: 1, calls: 0, last_used_at: null, denials: 0, operations: [] });
  });

  // Seen to fail with the limit of the statement taken out.
  it('however many people allowed it: operations are those of the 250 consents used last', async () => {
    const id = consentOf(await atThings(person.browser));
    await report(id, { operation: 'Things.old', minute: minuteAgo(90) });
    await server.sql(
      `WITH made AS (
         INSERT INTO consents (id, org_id, user_id, app_id, api_id, scopes, redirect_uris)
         SELECT c.id || n, c.org_id, c.user_id || n, c.app_id, c.api_id, c.scopes, c.redirect_uris
           FROM consents c CROSS JOIN generate_series(1, 250) AS n WHERE c.id = $1 RETURNING id, org_id)
       INSERT INTO consent_usage (consent_id, org_id, calls, scopes, last_used_at, operations)
       SELECT id, org_id, 2, '{}', now(), '[{"operation":"Things.new","calls":2,"denials":0,"last_at":"2026-11-22T08:00:00.000Z"}]' FROM made`,
      [id],
    );
    const [line] = await connected(tenant);
    expect([line?.people, line?.calls]).toEqual([251, 501]);
    expect(line?.operations).toMatchObject([{ operation: 'Things.new', calls: 500 }]);
  });

  it('204 withdrawn: every person’s tokens end within 2 s, in this organization alone, and people can allow it again', async () => {
    const second = await aPerson(operator, tenant.org.id);
    const given = [await atAnalytics(person.browser), await atAnalytics(second.browser)];
    const elsewhere = await atAnalytics(stranger.browser);
    const path = `/v1/orgs/${tenant.org.id}/connected-apps/${app.id}`;
    expect((await tenant.api.delete(path)).status).toBe(204);
    for (const { access_token, refresh_token } of given) {
      await diesWithin2s(server.url, access_token);
      expect((await refresh(server.url, app, refresh_token)).body['error']).toBe('invalid_grant');
    }
    expect(await works(server.url, elsewhere.access_token)).toBe(true);
    expect(await connected(tenant)).toEqual([]);
    expect(refusalOf(await tenant.api.delete(path))).toEqual([404, 'not_found']);
    const events = await server.sql<{ action: string }>(
      `SELECT action FROM audit_events WHERE org_id = $1 AND actor_id = $2 AND (target_id = $3 OR target_id = ANY ($4)) ORDER BY id`,
      [tenant.org.id, tenant.administrator.id, app.id, given.map(consentOf)],
    );
    expect(events.map(({ action }) => action)).toEqual(['consent.withdrawn', 'consent.withdrawn', 'connected_app.withdrawn']);
    expect((await atAnalytics(person.browser)).scope).toBe(`${READ} ${REPORTS}`);
  });

  it('404 for another organization, which sees and withdraws nothing; 403 without the right', async () => {
    const tokens = await atAnalytics(person.browser);
    const path = `/v1/orgs/${tenant.org.id}/connected-apps`;
    expect(refusalOf(await other.api.get(path))).toEqual([404, 'not_found']);
    expect(refusalOf(await other.api.delete(`${path}/${app.id}`))).toEqual([404, 'not_found']);
    expect(refusalOf(await other.api.delete(`/v1/orgs/${other.org.id}/connected-apps/${app.id}`))).toEqual([404, 'not_found']);
    const reader = await aTenant(operator, { rights: ['read:orgs'] });
    expect(refusalOf(await reader.api.delete(`/v1/orgs/${reader.org.id}/connected-apps/${app.id}`))).toEqual([403, 'insufficient_scope']);
    expect(await works(server.url, tokens.access_token)).toBe(true);
  });
});
