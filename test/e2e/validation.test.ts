import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { tokenOf } from '../support/requests.js';
import { ApiCaller, locationsOf, operatorOf, refusalOf } from './support/management.js';

/** A route that writes, and a body it would take. */
interface Writer {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly body: Record<string, unknown>;
}

let server: TestServer;
let api: ApiCaller;
let writers: Writer[];
let analytics: ApiCaller;

beforeAll(async () => {
  server = await startTestServer();
  const { operator, api: caller } = await operatorOf(server);
  api = caller;
  analytics = new ApiCaller(server.url, await tokenOf(server.url, server.orgs[0].service_principals[0]!));
  const org = await operator.anOrg();
  const principal = await operator.aServicePrincipal(org.id);
  const made = await operator.anApi();
  const principals = `/v1/orgs/${org.id}/service-principals`;
  writers = [
    { method: 'POST', path: '/v1/orgs', body: { name: 'x' } },
    { method: 'PATCH', path: `/v1/orgs/${org.id}`, body: { name: 'x' } },
    {
      method: 'POST',
      path: '/v1/apis',
      body: { identifier: 'https://validation.example.com', name: 'x', zone: 'external', sender_constraint: 'none', scopes: [] },
    },
    { method: 'PATCH', path: `/v1/apis/${made.id}`, body: { name: 'x' } },
    { method: 'POST', path: `/v1/apis/${made.id}/credentials`, body: {} },
    { method: 'POST', path: principals, body: { name: 'x', grants: [] } },
    { method: 'PATCH', path: `${principals}/${principal.id}`, body: { name: 'x' } },
    { method: 'POST', path: `${principals}/${principal.id}/secrets`, body: {} },
  ];
});
afterAll(() => server.stop());

/** Everything that a management route could have changed. */
async function stored(): Promise<string> {
  const tables = ['orgs', 'api_resources', 'api_scopes', 'service_principals', 'service_principal_grants', 'client_secrets'];
  const contents = await Promise.all(
    tables.map((table) =>
      server.sql<{ rows: string }>(
        `SELECT md5(string_agg(md5(t::text), '' ORDER BY t::text)) AS rows FROM (SELECT ${table === 'client_secrets' ? 'id, digest, expires_at' : '*'} FROM ${table}) t`,
      ),
    ),
  );
  return JSON.stringify(contents);
}

async function send({ method, path }: Writer, body: string, contentType = 'application/json'): Promise<Response> {
  return fetch(server.url + path, { method, body, headers: { authorization: `Bearer ${api.token}`, 'content-type': contentType } });
}

// Attack 62. Seen to fail when forbidNonWhitelisted was off.
describe('422 for fields that are not there', () => {
  const FIELDS: [string, unknown][] = [
    ['tenantId', 'org_x'],
    ['orgId', 'org_x'],
    ['org_id', 'org_x'],
    ['isAdmin', true],
    ['secretHash', 'x'],
    ['digest', 'x'],
    ['scopes', ['*']],
    ['firstParty', true],
    ['status', 'active'],
    ['id', 'sp_x'],
    ['client_id', 'sp_x'],
    ['client_secret', 'mine'],
    ['secrets', []],
    ['created_at', '2020-01-01T00:00:00Z'],
    ['createdBy', 'x'],
    ['system_key', 'x'],
    ['systemKey', 'x'],
    ['a/b~c', 1],
    ['', 1],
  ];

  const refuseEverywhere = async (field: string, value: unknown): Promise<void> => {
    const before = await stored();
    for (const writer of writers) {
      // The catalogue of an API is really called scopes; '*' in it is no scope object.
      const answer = await (writer.method === 'POST'
        ? api.post(writer.path, { ...writer.body, [field]: value })
        : api.patch(writer.path, { ...writer.body, [field]: value }));
      expect({ path: writer.path, refusal: refusalOf(answer) }).toEqual({ path: writer.path, refusal: [422, 'validation_failed'] });
      expect(locationsOf(answer)[0]).toContain(`/${field.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    }
    expect(await stored()).toBe(before);
  };

  it.each(FIELDS)('%s: refused by every route that writes, and nothing is stored', refuseEverywhere);

  // Known: the whitelist of class-validator looks the name up in a plain object, so these are dropped in silence and the
  // rest is stored. The fix belongs into src/platform/http/validation.pipe.ts.
  it.each([
    ['toString', 'x'],
    ['valueOf', 1],
    ['prototype', {}],
  ])('%s: refused like any other', refuseEverywhere);

  it('nested fields too: in a grant, in a scope of a catalogue', async () => {
    const [, , apis, , , principals] = writers;
    const grant = { audience: `${server.url}/analytics`, scopes: ['read:reports'], isAdmin: true };
    expect(locationsOf(await api.post(principals!.path, { name: 'x', grants: [grant] }))).toEqual(['/grants/0/isAdmin']);
    const scope = { name: 'a', description: 'a', risk: 'low', assignable_by: 'operator', delegable: true, isAdmin: true };
    expect(locationsOf(await api.post(apis!.path, { ...apis!.body, scopes: [scope] }))).toEqual(['/scopes/0/isAdmin']);
  });

  it('every mistake is named, with what to do', async () => {
    const answer = await api.post<{
      id: string;
      errors: { location: string; message: string; fix: string }[];
      type: string;
      request_id: string;
    }>('/v1/orgs', { name: 5, isAdmin: true });
    expect(answer.body.errors).toHaveLength(2);
    for (const { location, message, fix } of answer.body.errors) {
      expect(location).toMatch(/^\//);
      expect(message).toMatch(/^[A-Z].*\.$/s);
      expect(fix).toMatch(/^[A-Z].*\.$/s);
    }
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body.type).toBe(`${server.url}/docs/errors#validation_failed`);
    expect(answer.body.request_id).toBe(answer.headers.get('x-request-id'));
  });
});

describe('bodies that are no JSON objects', () => {
  it.each([
    '{',
    '{"name":"x"',
    '{"name":"x",}',
    "{'name':'x'}",
    'name=x',
    '\u0000',
    '{"name":"x"}{',
    '{"__proto__":{"a":1}}',
    '{"name":"x","constructor":{"prototype":{"a":1}}}',
  ])('400 or 422 for %j, never 500, and nothing is stored', async (body) => {
    const before = await stored();
    const wellFormed = ((): boolean => {
      try {
        return Boolean(JSON.parse(body));
      } catch {
        return false;
      }
    })();
    for (const writer of writers) {
      const answer = await send(writer, body);
      const { code } = (await answer.json()) as { code: string };
      const allowed = wellFormed ? ['400 malformed_request', '422 validation_failed'] : ['400 malformed_request'];
      expect(allowed).toContain(`${answer.status} ${code}`);
    }
    expect(await stored()).toBe(before);
  });

  it.each(['[]', '5', '"x"', 'true', '[{"name":"x"}]'])('4xx for %s, and nothing is stored', async (body) => {
    const before = await stored();
    for (const writer of writers) {
      const { status } = await send(writer, body);
      expect({ path: writer.path, refused: [400, 415, 422].includes(status) }).toEqual({ path: writer.path, refused: true });
    }
    expect(await stored()).toBe(before);
  });

  const refuseMediaTypes = async (types: string[]): Promise<void> => {
    for (const type of types) {
      for (const writer of writers) {
        const answer = await send(writer, JSON.stringify(writer.body), type);
        expect({ type, path: writer.path, status: answer.status }).toEqual({ type, path: writer.path, status: 415 });
        expect(((await answer.json()) as { code: string }).code).toBe('unsupported_media_type');
      }
    }
  };

  it('415 unsupported_media_type for XML, multipart and JSON patches', async () => {
    const before = await stored();
    await refuseMediaTypes([
      'application/xml',
      'multipart/form-data; boundary=x',
      'application/json-patch+json',
      'application/octet-stream',
    ]);
    expect(await stored()).toBe(before);
  });

  it('4xx for text/plain and for forms, and nothing is stored', async () => {
    const before = await stored();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded'])
      for (const writer of writers) expect([415, 422]).toContain((await send(writer, JSON.stringify(writer.body), type)).status);
    expect(await stored()).toBe(before);
  });

  it('415 unsupported_media_type for text/plain and for forms', () =>
    refuseMediaTypes(['text/plain', 'application/x-www-form-urlencoded']));

  it('413 payload_too_large quickly (attack 58)', async () => {
    const started = Date.now();
    const large = await send(writers[0]!, JSON.stringify({ name: 'x'.repeat(3_000_000) }));
    expect([large.status, ((await large.json()) as { code: string }).code]).toEqual([413, 'payload_too_large']);
    expect(Date.now() - started).toBeLessThan(3_000);
  });

  // Seen to fail without refused-bodies.ts: the connection was reset, and the client told its user of a broken pipe.
  it('413 reaches a client that still sends when it is refused', async () => {
    const { path } = writers[0]!;
    const socket = connect(Number(new URL(server.url).port), 'localhost');
    const headers = ['host: localhost', `authorization: Bearer ${api.token}`, 'content-type: application/json', 'content-length: 3000000'];
    socket.write(`POST ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n{"name":"`);
    await pause(300);
    socket.write('x'.repeat(2_999_989));
    await pause(100);
    socket.write('"}');
    // Like most programs it reads the answer when it has sent its request.
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 413 [^]*payload_too_large/);
  });

  it('4xx for JSON that is nested a hundred times (attack 58)', async () => {
    expect([400, 422]).toContain((await send(writers[0]!, `{"name":${'['.repeat(100)}${']'.repeat(100)}}`)).status);
  });

  it('4xx for JSON that is nested 100,000 times (attack 58)', async () => {
    for (const name of [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`])
      expect([400, 413, 422]).toContain((await send(writers[0]!, `{"name":${name}}`)).status);
  });

  it('a charset in the content type is fine', async () => {
    expect((await send(writers[0]!, '{"name":"charset"}', 'application/json; charset=utf-8')).status).toBe(201);
  });
});

describe('hostile texts', () => {
  it('attack 65 SQL in every place is only text', async () => {
    const text = `x'); DROP TABLE orgs; --`;
    const made = await api.post('/v1/orgs', { name: text, external_id: text });
    expect(made.body).toMatchObject({ name: text, external_id: text });
    for (const path of [`/v1/orgs/${encodeURIComponent(text)}`, `/v1/orgs/${made.body.id}/service-principals/${encodeURIComponent(text)}`])
      expect((await api.get(path)).status).toBe(404);
    expect((await api.get(`/v1/audit-events?actor=${encodeURIComponent(text)}`)).body).toMatchObject({ data: [] });
    expect((await analytics.get(`/analytics/v1/customers/${encodeURIComponent(text)}/summary`)).status).toBe(404);
    expect(await server.sql('SELECT FROM orgs WHERE name = $1', [text])).toHaveLength(1);
  });

  it('attack 66 control characters cannot get into names, and a hostile user agent is one escaped field', async () => {
    for (const name of ['a\r\nb', 'a\u001b[31mb', 'a\u2028b', 'a\u0000b', 'a\u202eb'])
      expect({ name, refusal: refusalOf(await api.post('/v1/orgs', { name })) }).toEqual({ name, refusal: [422, 'validation_failed'] });
    expect([400, 422]).toContain((await api.post('/v1/orgs', { name: '\ud800' })).status);
    const agent = 'curl/8 "},{"level":"fatal';
    const made = await api.post('/v1/orgs', { name: 'agent' }, { 'user-agent': agent });
    const events = await api.all<{ user_agent: string }>(`/v1/audit-events?target=${made.body.id}`);
    expect(events.map((event) => event.user_agent)).toEqual([agent]);
  });

  it('attack 61 a method override header changes nothing', async () => {
    const made = await api.post('/v1/orgs', { name: 'stays' });
    await api.get(`/v1/orgs/${made.body.id}`, { 'x-http-method-override': 'DELETE', 'x-method-override': 'DELETE' });
    expect((await api.get(`/v1/orgs/${made.body.id}?_method=DELETE`)).status).toBeLessThan(500);
    expect((await api.get(`/v1/orgs/${made.body.id}`)).status).toBe(200);
  });
});

describe('addresses that are not there', () => {
  it('404 and 405 are problems too', async () => {
    expect(refusalOf(await api.get('/v1/nothing'))).toEqual([404, 'not_found']);
    const answer = await api.delete('/v1/orgs');
    expect(refusalOf(answer)).toEqual([405, 'method_not_allowed']);
    expect(answer.headers.get('allow')).toBe('GET, POST');
  });
});
