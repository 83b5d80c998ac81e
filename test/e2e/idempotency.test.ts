import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { requestToken, type Answer } from '../support/requests.js';
import { aTenant, locationsOf, operatorOf, refusalOf, type ApiCaller, type Document } from './support/management.js';

let server: TestServer;
let operator: Operator;
let api: ApiCaller;
let orgId: string;
let path: string;

beforeAll(async () => {
  server = await startTestServer();
  ({ operator, api } = await operatorOf(server));
  orgId = (await operator.anOrg()).id;
  path = `/v1/orgs/${orgId}/service-principals`;
});
afterAll(() => server.stop());

const BODY = { name: 'once', grants: [] };
const post = (key: string, body: unknown = BODY, to = path, by = api): Promise<Answer<Document>> =>
  by.post(to, body, { 'idempotency-key': key });
const named = (name: string): Promise<object[]> => server.sql('SELECT FROM service_principals WHERE name = $1', [name]);

// Seen to fail when Idempotency.once always ran the work.
describe('Idempotency-Key', () => {
  it('the same key and body get the same answer with the same secret, and one principal exists', async () => {
    const key = randomUUID();
    const body = { name: 'the same', grants: [{ audience: `${server.url}/analytics`, scopes: ['read:reports'] }] };
    const [first, second] = [await post(key, body), await post(key, body)];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.text).toBe(first.text);
    expect(await named('the same')).toHaveLength(1);
    expect((await requestToken(server.url, { client_id: first.body.id, client_secret: String(second.body['client_secret']) })).status).toBe(
      200,
    );
    const events = await api.all(`/v1/audit-events?target=${first.body.id}&action=service_principal.created`);
    expect(events).toHaveLength(1);
  });

  it('20 at the same time make one principal; whoever is not answered with it is told to come back', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(key, { name: 'twenty', grants: [] })));
    expect(await named('twenty')).toHaveLength(1);
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map(({ text }) => text)).size).toBe(1);
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      // 503 only where the machine is too busy to hand out connections.
      expect([
        [409, 'idempotency_key_in_use'],
        [503, 'service_unavailable'],
      ]).toContainEqual(refusalOf(answer));
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
  });

  it('20 at the same time on two replicas make one principal', async () => {
    const replica = await server.replica();
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        fetch(`${i % 2 ? replica.url : server.url}${path}`, {
          method: 'POST',
          body: JSON.stringify({ name: 'two replicas', grants: [] }),
          headers: { authorization: `Bearer ${operator.token}`, 'content-type': 'application/json', 'idempotency-key': key },
        }),
      ),
    );
    expect(await named('two replicas')).toHaveLength(1);
    expect(answers.every(({ status }) => [201, 409, 503].includes(status))).toBe(true);
    const bodies = await Promise.all(answers.filter(({ status }) => status === 201).map((answer) => answer.text()));
    expect(new Set(bodies).size).toBe(1);
  });

  it('422 idempotency_key_reused for another body, another path or another route, and nothing is made', async () => {
    const key = randomUUID();
    await post(key);
    const other = (await operator.anOrg()).id;
    expect(refusalOf(await post(key, { ...BODY, name: 'another body' }))).toEqual([422, 'idempotency_key_reused']);
    expect(refusalOf(await post(key, BODY, `/v1/orgs/${other}/service-principals`))).toEqual([422, 'idempotency_key_reused']);
    expect(refusalOf(await post(key, { name: 'another route' }, '/v1/orgs'))).toEqual([422, 'idempotency_key_reused']);
    expect(await named('another body')).toHaveLength(0);
    expect(await server.sql(`SELECT FROM service_principals WHERE org_id = $1`, [other])).toHaveLength(0);
    expect(await server.sql(`SELECT FROM orgs WHERE name = 'another route'`)).toHaveLength(0);
  });

  it('the same key of another caller is another key', async () => {
    const tenant = await aTenant(operator);
    const key = randomUUID();
    const own = await post(key, BODY, `/v1/orgs/${tenant.org.id}/service-principals`, tenant.api);
    const foreign = await post(key, BODY, `/v1/orgs/${tenant.org.id}/service-principals`);
    expect([own.status, foreign.status]).toEqual([201, 201]);
    expect(foreign.body.id).not.toBe(own.body.id);
  });

  it('a key whose request failed is free for the next', async () => {
    const key = randomUUID();
    expect((await post(key, { name: 'x', grants: [{ audience: 'nope', scopes: ['a'] }] })).status).toBe(422);
    expect((await post(key)).status).toBe(201);
  });

  it('after the window the secret is null and the rest stays; the digest of the secret is all that was kept', async () => {
    const key = randomUUID();
    const first = await post(key);
    const secret = String(first.body['client_secret']);
    expect(await server.sql(`SELECT FROM idempotency_records t WHERE t::text LIKE '%' || $1 || '%'`, [secret])).toHaveLength(0);
    await server.sql(`UPDATE idempotency_records SET created_at = now() - interval '61 seconds' WHERE key = $1`, [key]);
    const late = await post(key);
    expect(late.status).toBe(201);
    expect(late.body).toEqual({ ...first.body, client_secret: null });
  });

  it('after a day the key is new', async () => {
    const key = randomUUID();
    const first = await post(key);
    await server.sql(`UPDATE idempotency_records SET expires_at = now() - interval '1 second' WHERE key = $1`, [key]);
    const second = await post(key);
    expect(second.status).toBe(201);
    expect(second.body.id).not.toBe(first.body.id);
  });

  it('holds for every route that makes something', async () => {
    const principal = await operator.aServicePrincipal(orgId);
    const madeApi = await operator.anApi();
    const scopes = [{ name: 'a', description: 'a', risk: 'low', assignable_by: 'operator', delegable: false }];
    const routes: [string, object][] = [
      ['/v1/orgs', { name: 'Once', external_id: 'once' }],
      ['/v1/apis', { identifier: 'https://once.example.com', name: 'Once', zone: 'external', sender_constraint: 'none', scopes }],
      [`/v1/apis/${madeApi.id}/credentials`, { name: 'once' }],
      [`${path}/${principal.id}/secrets`, { grace_seconds: 60 }],
    ];
    for (const [route, body] of routes) {
      const key = randomUUID();
      const [first, second] = [await post(key, body, route), await post(key, body, route)];
      expect({ route, status: first.status }).toEqual({ route, status: 201 });
      expect(second.text).toBe(first.text);
    }
  });

  it.each(['a b', 'ü', 'x'.repeat(256), ''])('400 malformed_request for the key %j', async (key) => {
    const answer = await fetch(server.url + path, {
      method: 'POST',
      body: JSON.stringify(BODY),
      headers: [
        ['authorization', `Bearer ${operator.token}`],
        ['content-type', 'application/json'],
        ['idempotency-key', key],
      ],
    });
    const body = (await answer.json()) as { code: string; errors: { location: string }[] };
    expect([answer.status, body.code]).toEqual([400, 'malformed_request']);
    expect(body.errors[0]?.location).toBe('Idempotency-Key');
  });

  it('a retry needs the right that the first one needed', async () => {
    const key = randomUUID();
    const tenant = await aTenant(operator);
    const own = `/v1/orgs/${tenant.org.id}/service-principals`;
    expect((await post(key, BODY, own, tenant.api)).status).toBe(201);
    await api.post(`${own}/${tenant.administrator.id}/disable`);
    expect((await post(key, BODY, own, tenant.api)).status).toBe(401);
    expect(locationsOf(await post(key, { ...BODY, x: 1 }, own))).toEqual(['/x']);
  });
});
