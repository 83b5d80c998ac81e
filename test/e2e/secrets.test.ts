import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operator, PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { requestToken, tokenOf } from '../support/requests.js';
import { locationsOf, operatorOf, pause, refusalOf, type ApiCaller } from './support/management.js';

interface Secret {
  id: string;
  name: string | null;
  hint: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}
type Minted = Secret & { client_id: string; client_secret: string };

let server: TestServer;
let operator: Operator;
let api: ApiCaller;
let orgId: string;

beforeAll(async () => {
  server = await startTestServer();
  ({ operator, api } = await operatorOf(server));
  orgId = (await operator.anOrg()).id;
});
afterAll(() => server.stop());

const secretsOf = (principal: PrincipalMade): string => `/v1/orgs/${orgId}/service-principals/${principal.id}/secrets`;
const statusWith = async (client_id: string, client_secret: string): Promise<number> =>
  (await requestToken(server.url, { client_id, client_secret })).status;

async function liveSecrets(principal: PrincipalMade): Promise<Secret[]> {
  const now = new Date().toISOString();
  return (await api.all<Secret>(secretsOf(principal))).filter((secret) => secret.expires_at === null || secret.expires_at > now);
}

describe('rotation', () => {
  // Seen to fail when the expiry of a secret in memory was not looked at: the old one went on working.
  it('the old secret works in its grace and stops after it; the new one works at once', async () => {
    const old = await operator.aServicePrincipal(orgId);
    const rotated = await api.post<Minted>(secretsOf(old), { grace_seconds: 3, name: '2026-12' });
    expect(rotated.status).toBe(201);
    const { client_secret: fresh } = rotated.body;
    expect(rotated.body).toMatchObject({ client_id: old.client_id, name: '2026-12', hint: fresh.slice(-4), expires_at: null });
    expect(await statusWith(old.client_id, old.client_secret)).toBe(200);
    expect(await statusWith(old.client_id, fresh)).toBe(200);
    await pause(3_200);
    expect(await statusWith(old.client_id, old.client_secret)).toBe(401);
    expect(await statusWith(old.client_id, fresh)).toBe(200);
  });

  it('without grace_seconds the old one keeps working for 24 hours, with 0 it ends at once', async () => {
    const principal = await operator.aServicePrincipal(orgId);
    await api.post(secretsOf(principal), {});
    const [, first] = await api.all<Secret>(secretsOf(principal));
    expect(Date.parse(first?.expires_at ?? '') - Date.now()).toBeGreaterThan(86_340_000);
    expect(Date.parse(first?.expires_at ?? '') - Date.now()).toBeLessThanOrEqual(86_400_000);
    const other = await operator.aServicePrincipal(orgId);
    await api.post(secretsOf(other), { grace_seconds: 0 });
    expect(await statusWith(other.client_id, other.client_secret)).toBe(401);
  });

  it('a second rotation ends the oldest at once, so at most two are live', async () => {
    const principal = await operator.aServicePrincipal(orgId);
    const second = await api.post<Minted>(secretsOf(principal), {});
    const third = await api.post<Minted>(secretsOf(principal), {});
    expect(await statusWith(principal.client_id, principal.client_secret)).toBe(401);
    expect(await statusWith(principal.client_id, second.body.client_secret)).toBe(200);
    expect(await statusWith(principal.client_id, third.body.client_secret)).toBe(200);
    expect((await liveSecrets(principal)).map(({ id }) => id)).toEqual([third.body.id, second.body.id]);
  });

  it('ten rotations at the same time leave two live secrets and no error', async () => {
    const principal = await operator.aServicePrincipal(orgId);
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.post<Minted>(secretsOf(principal), {})));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(201));
    const works = await Promise.all(answers.map(({ body }) => statusWith(principal.client_id, body.client_secret)));
    expect(works.filter((status) => status === 200)).toHaveLength(2);
    expect(await liveSecrets(principal)).toHaveLength(2);
  });

  it.each([
    [{ grace_seconds: -1 }],
    [{ grace_seconds: 2_592_001 }],
    [{ grace_seconds: '5' }],
    [{ grace_seconds: 1.5 }],
    [{ grace_seconds: null }],
    [{ name: '' }],
    [{ keep_existing: 'yes' }],
    [{ client_secret: 'mine' }],
  ])('422 for %j', async (body) => {
    const principal = await operator.aServicePrincipal(orgId);
    const answer = await api.post(secretsOf(principal), body);
    expect(refusalOf(answer)).toEqual([422, 'validation_failed']);
    expect(locationsOf(answer)).toEqual([`/${Object.keys(body)[0]}`]);
    expect(await liveSecrets(principal)).toHaveLength(1);
  });

  it('30 days of grace are allowed, and no rotation prolongs a secret that ends sooner', async () => {
    const principal = await operator.aServicePrincipal(orgId);
    await api.post(secretsOf(principal), { grace_seconds: 60 });
    const [, before] = await api.all<Secret>(secretsOf(principal));
    await api.delete(`${secretsOf(principal)}/${(await liveSecrets(principal))[0]?.id}`);
    await api.post(secretsOf(principal), { grace_seconds: 2_592_000 });
    expect((await api.all<Secret>(secretsOf(principal))).find(({ id }) => id === before?.id)?.expires_at).toBe(before?.expires_at);
  });
});

describe('keep_existing', () => {
  it('201 adds a second one beside the first; 409 too_many_secrets for a third', async () => {
    const principal = await operator.aServicePrincipal(orgId);
    const second = await api.post<Minted>(secretsOf(principal), { keep_existing: true, name: 'blue' });
    expect(second.status).toBe(201);
    expect((await liveSecrets(principal)).map(({ expires_at }) => expires_at)).toEqual([null, null]);
    expect(refusalOf(await api.post(secretsOf(principal), { keep_existing: true }))).toEqual([409, 'too_many_secrets']);
    expect(await statusWith(principal.client_id, principal.client_secret)).toBe(200);
    expect(await statusWith(principal.client_id, second.body.client_secret)).toBe(200);
  });

  it('five at the same time make one', async () => {
    const principal = await operator.aServicePrincipal(orgId);
    const answers = await Promise.all(Array.from({ length: 5 }, () => api.post(secretsOf(principal), { keep_existing: true })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });
});

describe('DELETE of a secret', () => {
  it('204, it stops at once, and the other one goes on', async () => {
    const principal = await operator.aServicePrincipal(orgId);
    const second = await api.post<Minted>(secretsOf(principal), { keep_existing: true });
    const [, first] = await api.all<Secret>(secretsOf(principal));
    expect((await api.delete(`${secretsOf(principal)}/${first?.id}`)).status).toBe(204);
    expect(await statusWith(principal.client_id, principal.client_secret)).toBe(401);
    expect(await statusWith(principal.client_id, second.body.client_secret)).toBe(200);
    expect((await api.delete(`${secretsOf(principal)}/${first?.id}`)).status).toBe(404);
  });

  it('404 for a secret of another principal, which goes on working', async () => {
    const [one, other] = [await operator.aServicePrincipal(orgId), await operator.aServicePrincipal(orgId)];
    expect((await api.delete(`${secretsOf(one)}/${other.secrets[0]?.id}`)).status).toBe(404);
    expect(await statusWith(other.client_id, other.client_secret)).toBe(200);
  });
});

describe('a secret in lists', () => {
  it('is shown once, then by its hint and name; two can be told apart', async () => {
    const principal = await operator.aServicePrincipal(orgId);
    const second = await api.post<Minted>(secretsOf(principal), { name: 'green' });
    const list = await api.get(secretsOf(principal));
    expect(list.text).not.toContain(principal.client_secret);
    expect(list.text).not.toContain(second.body.client_secret);
    const [newer, older] = await api.all<Secret>(secretsOf(principal));
    expect(newer).toMatchObject({ hint: second.body.client_secret.slice(-4), name: 'green' });
    expect(older).toMatchObject({ hint: principal.client_secret.slice(-4), name: null });
  });

  it('tells when it was last used, and tokens name it as their credential', async () => {
    const principal = await operator.aServicePrincipal(orgId);
    const second = await api.post<Minted>(secretsOf(principal), {});
    // A replica writes what it knows when it stops; a running one does so every 30 seconds.
    const replica = await server.replica();
    const token = await tokenOf(replica.url, { client_id: principal.client_id, client_secret: second.body.client_secret });
    expect(decodeJwt(token)['cred']).toBe(second.body.id);
    expect(await replica.process.stop()).toBe(0);
    const [newer, older] = await api.all<Secret>(secretsOf(principal));
    expect(Math.abs(Date.parse(newer?.last_used_at ?? '') - Date.now())).toBeLessThan(10_000);
    expect(older?.last_used_at).toBeNull();
  });
});
