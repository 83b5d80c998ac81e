import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { requestToken } from '../support/requests.js';
import { aTenant, locationsOf, operatorOf, refusalOf, type ApiCaller, type ListOf } from './support/management.js';

let server: TestServer;
let operator: Operator;
let api: ApiCaller;

beforeAll(async () => {
  server = await startTestServer();
  ({ operator, api } = await operatorOf(server));
});
afterAll(() => server.stop());

describe('POST /v1/orgs', () => {
  it('201 with the organization, which GET then shows alike', async () => {
    const made = await api.post('/v1/orgs', { name: 'Acme', external_id: 'crm-1' });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      id: expect.stringMatching(/^org_[0-9a-z]{26}$/) as string,
      name: 'Acme',
      external_id: 'crm-1',
      status: 'active',
      ceiling: null,
    });
    const read = await api.get(`/v1/orgs/${made.body.id}`);
    expect(read.status).toBe(200);
    expect(read.body).toEqual(made.body);
  });

  it('409 external_id_taken for the second with the same external_id, at creation and by PATCH', async () => {
    await api.post('/v1/orgs', { name: 'First', external_id: 'crm-2' });
    expect(refusalOf(await api.post('/v1/orgs', { name: 'Second', external_id: 'crm-2' }))).toEqual([409, 'external_id_taken']);
    const other = await operator.anOrg();
    expect(refusalOf(await api.patch(`/v1/orgs/${other.id}`, { external_id: 'crm-2' }))).toEqual([409, 'external_id_taken']);
  });

  it.each([
    ['no name', {}, '/name'],
    ['an empty name', { name: '' }, '/name'],
    ['a blank name', { name: ' \t ' }, '/name'],
    ['a name with a line break', { name: 'a\nb' }, '/name'],
    ['a name with a bidi override', { name: 'a\u202Eb' }, '/name'],
    ['a name that is too long', { name: 'x'.repeat(101) }, '/name'],
    ['a name that is a number', { name: 5 }, '/name'],
    ['null as name', { name: null }, '/name'],
    ['a status', { name: 'x', status: 'active' }, '/status'],
    ['an unknown API in the ceiling', { name: 'x', ceiling: [{ audience: 'nope', scopes: ['a'] }] }, '/ceiling/0/audience'],
    [
      'an unknown scope in the ceiling',
      { name: 'x', ceiling: [{ audience: 'ANALYTICS', scopes: ['read:reports', 'nope'] }] },
      '/ceiling/0/scopes',
    ],
    ['a ceiling that is no list', { name: 'x', ceiling: 'all' }, '/ceiling'],
    ['a ceiling entry that is null', { name: 'x', ceiling: [null] }, '/ceiling'],
  ])('422 for %s, and says where', async (_, body, location) => {
    const answer = await api.post('/v1/orgs', JSON.parse(JSON.stringify(body).replace('ANALYTICS', `${server.url}/analytics`)));
    expect(refusalOf(answer)).toEqual([422, 'validation_failed']);
    expect(locationsOf(answer)[0]).toContain(location);
  });

  it('403 operator_only for a caller of an organization, even one that holds write:orgs', async () => {
    const tenant = await aTenant(operator, { rights: ['read:orgs', 'write:orgs'] });
    expect(refusalOf(await tenant.api.post('/v1/orgs', { name: 'x' }))).toEqual([403, 'operator_only']);
    expect(refusalOf(await tenant.api.patch(`/v1/orgs/${tenant.org.id}`, { ceiling: null }))).toEqual([403, 'operator_only']);
    expect(refusalOf(await tenant.api.delete(`/v1/orgs/${tenant.org.id}`))).toEqual([403, 'operator_only']);
  });
});

describe('GET /v1/orgs', () => {
  it('200 newest first, in pages', async () => {
    const [older, newer] = [await operator.anOrg(), await operator.anOrg()];
    const first = await api.get<ListOf<{ id: string }>>('/v1/orgs?limit=1');
    expect(first.body.data.map(({ id }) => id)).toEqual([newer.id]);
    const second = await api.get<ListOf<{ id: string }>>(`/v1/orgs?limit=1&cursor=${first.body.next_cursor}`);
    expect(second.body.data.map(({ id }) => id)).toEqual([older.id]);
    const all = await api.all('/v1/orgs', 3);
    const [row] = await server.sql<{ count: string }>("SELECT count(*) FROM orgs WHERE id <> 'org_00000000000000000000000000'");
    expect(new Set(all.map(({ id }) => id)).size).toBe(Number(row?.count));
  });

  it('200 with its own organization alone for a caller of an organization', async () => {
    const tenant = await aTenant(operator);
    const answer = await tenant.api.get<ListOf<{ id: string }>>('/v1/orgs');
    expect(answer.body.data.map(({ id }) => id)).toEqual([tenant.org.id]);
    expect(answer.body.next_cursor).toBeNull();
  });

  it('404 for ids that name nothing, whatever they look like', async () => {
    const { id } = await operator.anOrg();
    for (const wrong of [
      'org_nope',
      id.toUpperCase(),
      `${id}0`,
      id.replace('org_', 'sp_'),
      `${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`,
      '%00',
      '..%2f..',
    ])
      expect({ wrong, refusal: refusalOf(await api.get(`/v1/orgs/${wrong}`)) }).toEqual({ wrong, refusal: [404, 'not_found'] });
  });
});

describe('PATCH /v1/orgs/{id}', () => {
  it('200 changes what is sent and nothing else; null clears', async () => {
    const { id } = await operator.anOrg({ name: 'Before', external_id: 'crm-3' });
    expect((await api.patch(`/v1/orgs/${id}`, { name: 'After' })).body).toMatchObject({ name: 'After', external_id: 'crm-3' });
    expect((await api.patch(`/v1/orgs/${id}`, { external_id: null })).body).toMatchObject({ name: 'After', external_id: null });
    expect((await api.patch(`/v1/orgs/${id}`, { name: null })).status).toBe(422);
    expect((await api.get(`/v1/orgs/${id}`)).body).toMatchObject({ name: 'After', external_id: null });
  });

  it('200 writes the ceiling with identifiers as they are registered, in whatever spelling they come', async () => {
    const { id } = await operator.anOrg();
    const answer = await api.patch(`/v1/orgs/${id}`, {
      ceiling: [{ audience: `${server.url}/analytics`.replace('http://localhost', 'HTTP://LOCALHOST'), scopes: ['read:reports'] }],
    });
    expect(answer.body['ceiling']).toEqual([{ audience: `${server.url}/analytics`, scopes: ['read:reports'] }]);
  });

  it('a lower ceiling counts for the next token, and the old one comes back with the old ceiling', async () => {
    const org = await operator.anOrg();
    const principal = await operator.aServicePrincipal(org.id, {
      grants: [{ audience: `${server.url}/analytics`, scopes: ['read:reports', 'read:account'] }],
    });
    const scopeNow = async (): Promise<unknown> =>
      (await requestToken(server.url, { ...principal, audience: `${server.url}/analytics` })).body['scope'];
    expect(await scopeNow()).toBe('read:reports read:account');
    await api.patch(`/v1/orgs/${org.id}`, { ceiling: [{ audience: `${server.url}/analytics`, scopes: ['read:account'] }] });
    expect(await scopeNow()).toBe('read:account');
    await api.patch(`/v1/orgs/${org.id}`, { ceiling: [] });
    const none = await requestToken(server.url, { ...principal, audience: `${server.url}/analytics` });
    expect([none.status, none.body['error']]).toEqual([400, 'invalid_target']);
    await api.patch(`/v1/orgs/${org.id}`, { ceiling: null });
    expect(await scopeNow()).toBe('read:reports read:account');
  });
});

describe('POST /v1/orgs/{id}/suspend', () => {
  it('200 dry_run=true only tells what would stop working', async () => {
    const org = await operator.anOrg();
    const principal = await operator.aServicePrincipal(org.id);
    await api.post(`/v1/orgs/${org.id}/service-principals/${principal.id}/secrets`, { keep_existing: true });
    const answer = await api.post(`/v1/orgs/${org.id}/suspend?dry_run=true`);
    expect(answer.body).toMatchObject({ dry_run: true, status: 'active', affected: { service_principals: 1, live_secrets: 2 } });
    expect((await requestToken(server.url, principal)).status).toBe(200);
    for (const wrong of ['', 'yes', 'TRUE', '1']) expect((await api.post(`/v1/orgs/${org.id}/suspend?dry_run=${wrong}`)).status).toBe(422);
  });

  it('200 suspends: no tokens and no new credentials until it is reinstated; twice does no harm', async () => {
    const org = await operator.anOrg();
    const principal = await operator.aServicePrincipal(org.id);
    for (let i = 0; i < 2; i++)
      expect((await api.post(`/v1/orgs/${org.id}/suspend`)).body).toMatchObject({ status: 'suspended', dry_run: false });
    expect((await requestToken(server.url, principal)).body['error']).toBe('invalid_client');
    expect(refusalOf(await api.post(`/v1/orgs/${org.id}/service-principals`, { name: 'x', grants: [] }))).toEqual([409, 'org_suspended']);
    expect(refusalOf(await api.post(`/v1/orgs/${org.id}/service-principals/${principal.id}/secrets`, {}))).toEqual([409, 'org_suspended']);
    for (let i = 0; i < 2; i++) expect((await api.post(`/v1/orgs/${org.id}/reinstate`)).body['status']).toBe('active');
    expect((await requestToken(server.url, principal)).status).toBe(200);
    const events = await api.all<{ action: string }>(`/v1/audit-events?org_id=${org.id}`);
    for (const action of ['org.suspended', 'org.reinstated']) expect(events.filter((event) => event.action === action)).toHaveLength(1);
  });
});

describe('DELETE /v1/orgs/{id}', () => {
  it('204, then everything of it is 404, its clients get no tokens, and only the audit log remains', async () => {
    const org = await operator.anOrg();
    const principal = await operator.aServicePrincipal(org.id);
    expect((await api.delete(`/v1/orgs/${org.id}`)).status).toBe(204);
    for (const path of ['', '/service-principals', `/service-principals/${principal.id}`])
      expect((await api.get(`/v1/orgs/${org.id}${path}`)).status).toBe(404);
    expect((await api.delete(`/v1/orgs/${org.id}`)).status).toBe(404);
    expect((await requestToken(server.url, principal)).body['error']).toBe('invalid_client');
    const tables = ['service_principals', 'service_principal_grants', 'client_secrets', 'analytics_events', 'analytics_accounts'];
    for (const table of tables) expect(await server.sql(`SELECT FROM ${table} WHERE org_id = $1`, [org.id])).toHaveLength(0);
    const events = await api.all<{ action: string }>(`/v1/audit-events?org_id=${org.id}`);
    expect(events.map((event) => event.action)).toContain('org.deleted');
  });
});
