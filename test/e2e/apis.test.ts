import { decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operator, PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { requestToken } from '../support/requests.js';
import { aTenant, operatorOf, refusalOf, type ApiCaller, type Document } from './support/management.js';

let server: TestServer;
let operator: Operator;
let api: ApiCaller;

beforeAll(async () => {
  server = await startTestServer();
  ({ operator, api } = await operatorOf(server));
});
afterAll(() => server.stop());

const READ = { name: 'read', description: 'Reads.', risk: 'low', assignable_by: 'org_admin', delegable: true };
const WRITE = { name: 'write', description: 'Writes.', risk: 'high', assignable_by: 'operator', delegable: false };
let counter = 0;
const anIdentifier = (): string => `https://api-${++counter}.example.com`;

function external(fields: Record<string, unknown> = {}): Record<string, unknown> {
  return { identifier: anIdentifier(), name: 'An API', zone: 'external', sender_constraint: 'none', scopes: [READ, WRITE], ...fields };
}

async function principalAt(audience: string, scopes: string[]): Promise<PrincipalMade> {
  return operator.aServicePrincipal(server.orgs[0].id, { grants: [{ audience, scopes }] });
}

describe('POST /v1/apis', () => {
  it('201 with catalogue and settings, which GET then shows alike', async () => {
    const made = await api.post('/v1/apis', external({ token_lifetime_seconds: 600, served_by: ['export'] }));
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      id: expect.stringMatching(/^api_/) as string,
      signing_alg: 'RS256',
      token_lifetime_seconds: 600,
      served_by: ['export'],
      system: false,
      status: 'active',
      scopes: [READ, WRITE],
    });
    expect((await api.get(`/v1/apis/${made.body.id}`)).body).toEqual(made.body);
  });

  it.each(['RS256', 'PS256', 'ES256'])('a token for an API with %s is signed so and lives as long as the API says', async (signing_alg) => {
    const identifier = anIdentifier();
    await api.post('/v1/apis', external({ identifier, signing_alg, token_lifetime_seconds: 300 }));
    const answer = await requestToken(server.url, { ...(await principalAt(identifier, ['read'])), audience: identifier });
    expect(answer.body).toMatchObject({ expires_in: 300, scope: 'read' });
    expect(decodeProtectedHeader(String(answer.body['access_token'])).alg).toBe(signing_alg);
  });

  it('409 api_identifier_taken for another spelling of an identifier', async () => {
    await api.post('/v1/apis', external({ identifier: 'https://Spelling.example.com/' }));
    for (const identifier of ['https://spelling.example.com', 'HTTPS://SPELLING.example.com/', 'https://spelling.example.com:443'])
      expect(refusalOf(await api.post('/v1/apis', external({ identifier })))).toEqual([409, 'api_identifier_taken']);
  });

  it('201 for an internal API with ES256, which organizations never see and nobody can be granted', async () => {
    const internal = await api.post('/v1/apis', external({ identifier: 'billing', zone: 'internal', token_lifetime_seconds: 60 }));
    expect(internal.body).toMatchObject({ signing_alg: 'ES256', zone: 'internal' });
    const tenant = await aTenant(operator);
    expect((await tenant.api.get(`/v1/apis/${internal.body.id}`)).status).toBe(404);
    const seen = await tenant.api.all<Document>('/v1/apis');
    expect(seen.every((one) => one['zone'] === 'external' && one['served_by'] === undefined)).toBe(true);
    expect(
      refusalOf(
        await api.post(`/v1/orgs/${tenant.org.id}/service-principals`, { name: 'x', grants: [{ audience: 'billing', scopes: ['read'] }] }),
      ),
    ).toEqual([422, 'validation_failed']);
  });

  it.each<[string, Record<string, unknown>]>([
    ['an identifier with a fragment', { identifier: 'https://x.example/#f' }],
    ['an identifier with a user', { identifier: 'https://u@x.example' }],
    ['an identifier with a space', { identifier: 'a b' }],
    ['a zone that does not exist', { zone: 'middle' }],
    ['an internal API named by URL', { zone: 'internal' }],
    ['RS256 in the internal zone', { zone: 'internal', identifier: 'b2', signing_alg: 'RS256' }],
    ['16 minutes in the internal zone', { zone: 'internal', identifier: 'b2', token_lifetime_seconds: 901 }],
    ['less than five minutes', { token_lifetime_seconds: 299 }],
    ['more than a day', { token_lifetime_seconds: 86_401 }],
    ['a lifetime as text', { token_lifetime_seconds: '600' }],
    ['alg none', { signing_alg: 'none' }],
    ['alg HS256', { signing_alg: 'HS256' }],
    ['a scope with a space', { scopes: [{ ...READ, name: 'a b' }] }],
    ['a scope with a quote', { scopes: [{ ...READ, name: 'a"b' }] }],
    ['a scope twice', { scopes: [READ, READ] }],
    ['a scope without description', { scopes: [{ name: 'a' }] }],
    ['a scope as text', { scopes: ['read'] }],
    ['a scope of unknown risk', { scopes: [{ ...READ, risk: 'none' }] }],
    ['an unknown sender constraint', { sender_constraint: 'magic' }],
    ['system', { system: true }],
    ['a service name with capitals', { served_by: ['Export'] }],
  ])('422 for %s, and nothing is stored', async (_, fields) => {
    const before = (await server.sql('SELECT FROM api_resources')).length;
    expect(refusalOf(await api.post('/v1/apis', external(fields)))).toEqual([422, 'validation_failed']);
    expect(await server.sql('SELECT FROM api_resources')).toHaveLength(before);
  });

  it('403 operator_only for a caller of an organization, even one that holds write:apis', async () => {
    const tenant = await aTenant(operator, { rights: ['read:apis', 'write:apis'] });
    const made = await api.post('/v1/apis', external());
    expect(refusalOf(await tenant.api.post('/v1/apis', external()))).toEqual([403, 'operator_only']);
    expect(refusalOf(await tenant.api.patch(`/v1/apis/${made.body.id}`, { name: 'x' }))).toEqual([403, 'operator_only']);
    expect(refusalOf(await tenant.api.delete(`/v1/apis/${made.body.id}`))).toEqual([403, 'operator_only']);
    expect(refusalOf(await tenant.api.get(`/v1/apis/${made.body.id}/credentials`))).toEqual([403, 'operator_only']);
  });
});

describe('PATCH and DELETE /v1/apis/{id}', () => {
  it('a scope that leaves the catalogue leaves every grant and the next token', async () => {
    const identifier = anIdentifier();
    const { body } = await api.post('/v1/apis', external({ identifier }));
    const principal = await principalAt(identifier, ['write', 'read']);
    expect((await requestToken(server.url, { ...principal, audience: identifier })).body['scope']).toBe('write read');
    expect((await api.patch(`/v1/apis/${body.id}`, { scopes: [READ] })).status).toBe(200);
    expect((await requestToken(server.url, { ...principal, audience: identifier })).body['scope']).toBe('read');
    const stored = await api.get(`/v1/orgs/${server.orgs[0].id}/service-principals/${principal.id}`);
    expect(stored.body['grants']).toEqual([{ audience: identifier, scopes: ['read'] }]);
    // It does not come back by itself either.
    await api.patch(`/v1/apis/${body.id}`, { scopes: [READ, WRITE] });
    expect((await requestToken(server.url, { ...principal, audience: identifier })).body['scope']).toBe('read');
  });

  it('204 deletes it with its credentials and every grant on it', async () => {
    const identifier = anIdentifier();
    const { body } = await api.post('/v1/apis', external({ identifier }));
    const principal = await principalAt(identifier, ['read']);
    await api.post(`/v1/apis/${body.id}/credentials`, {});
    expect((await api.delete(`/v1/apis/${body.id}`)).status).toBe(204);
    expect((await requestToken(server.url, { ...principal, audience: identifier })).body['error']).toBe('invalid_target');
    expect((await api.get(`/v1/orgs/${server.orgs[0].id}/service-principals/${principal.id}`)).body['grants']).toEqual([]);
    expect(await server.sql('SELECT FROM client_secrets WHERE owner_id = $1', [body.id])).toHaveLength(0);
    expect((await api.get(`/v1/apis/${body.id}`)).status).toBe(404);
  });

  it('409 system_api: the platform’s own APIs keep their scopes and cannot be deleted, but can be renamed', async () => {
    const system = (await api.all<Document>('/v1/apis')).filter((one) => one['system']);
    expect(system.map((one) => one['identifier'])).toEqual(expect.arrayContaining([`${server.url}/v1`, `${server.url}/analytics`]));
    for (const { id } of system) {
      expect(refusalOf(await api.delete(`/v1/apis/${id}`))).toEqual([409, 'system_api']);
      expect(refusalOf(await api.patch(`/v1/apis/${id}`, { scopes: [] }))).toEqual([409, 'system_api']);
      expect((await api.patch(`/v1/apis/${id}`, { name: 'Renamed' })).status).toBe(200);
    }
  });

  it('422 for fields that never change', async () => {
    const { body } = await api.post('/v1/apis', external());
    for (const change of [
      { identifier: anIdentifier() },
      { zone: 'internal' },
      { status: 'disabled' },
      { id: 'api_x' },
      { scopes: null },
      { name: null },
    ])
      expect(refusalOf(await api.patch(`/v1/apis/${body.id}`, change))).toEqual([422, 'validation_failed']);
  });
});

describe('/v1/apis/{id}/credentials', () => {
  it('201 with a secret shown once, at most two, 204 to delete one', async () => {
    const { body } = await api.post('/v1/apis', external());
    const path = `/v1/apis/${body.id}/credentials`;
    const first = await api.post(path, { name: 'gateway' });
    expect(first.body).toMatchObject({
      name: 'gateway',
      client_id: body.id,
      client_secret: expect.stringMatching(/^csn_secret_/) as string,
    });
    expect((await api.post(path, {})).status).toBe(201);
    expect(refusalOf(await api.post(path, {}))).toEqual([409, 'too_many_secrets']);
    const list = await api.get(path);
    expect(list.text).not.toContain(String(first.body['client_secret']));
    expect((await api.delete(`${path}/${first.body.id}`)).status).toBe(204);
    expect((await api.delete(`${path}/${first.body.id}`)).status).toBe(404);
    expect(await api.all(path)).toHaveLength(1);
  });

  it('an API gets no tokens with its credential', async () => {
    const { body } = await api.post('/v1/apis', external());
    const credential = await api.post<{ client_id: string; client_secret: string }>(`/v1/apis/${body.id}/credentials`, {});
    const answer = await requestToken(server.url, credential.body);
    expect([answer.status, answer.body['error']]).toEqual([400, 'unauthorized_client']);
  });
});
