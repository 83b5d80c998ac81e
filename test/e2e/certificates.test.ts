import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { inHours, makeCertificate, makeRequest, type MadeCertificate } from '../support/certificates.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { call } from '../support/requests.js';
import {
  aJoinToken,
  aService,
  callTls,
  keyInPem,
  tlsListeners,
  type Service,
  type TlsAnswer,
  type TlsClient,
} from '../support/service-certificates.js';

let server: TestServer;
let operator: Operator;
let internalUrl: string;
let mtlsUrl: string;
let billing: Service;
let spire: MadeCertificate;
let folder: string;

beforeAll(async () => {
  const listeners = await tlsListeners();
  ({ internalUrl, mtlsUrl } = listeners);
  spire = await makeCertificate({ ca: true, uris: ['spiffe://spire.example'] });
  folder = mkdtempSync(join(tmpdir(), 'countersign-bundle-'));
  writeBundleFile(spire, 5);
  const TRUST_BUNDLES = `spire.example=${bundleFile()}`;
  server = await startTestServer({ ...listeners.environment, TRUST_BUNDLES, LOG_LEVEL: 'info' });
  operator = await Operator.of(server);
  billing = await aService(server, operator, internalUrl, 'billing');
  await operator.create('/v1/call-policies', { caller: 'billing', target: 'export', scopes: ['start:export'], org_mode: 'any' });
});
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

const bundleFile = (): string => join(folder, 'spire.json');
function writeBundleFile({ der }: MadeCertificate, spiffe_sequence: number): void {
  const keys = [
    { kty: 'RSA', use: 'jwt-svid' },
    { kty: 'EC', use: 'x509-svid', x5c: [der.toString('base64')] },
  ];
  writeFileSync(bundleFile(), JSON.stringify({ spiffe_sequence, spiffe_refresh_hint: 60, keys }));
}

/** Whose certificate is trusted. */
const listener = 'mtls';

const ask = (json: object, client?: TlsClient): Promise<TlsAnswer> => callTls(server, `${internalUrl}/certificates`, { json, client });
const askToken = (service: { id: string }, client?: TlsClient, more: Record<string, string> = {}): Promise<TlsAnswer> =>
  callTls(server, `${internalUrl}/oauth/token`, {
    form: { grant_type: 'client_credentials', client_id: service.id, audience: 'export', ...more },
    client,
  });
const thumbprintOf = (pem: string): string => createHash('sha256').update(new X509Certificate(pem).raw).digest('base64url');
const eventsOf = (action: string): Promise<{ target_id: string; reason_code: string | null; details: Record<string, unknown> }[]> =>
  server.sql('SELECT target_id, reason_code, details FROM audit_events WHERE action = $1 ORDER BY id', [action]);
const shown = async ({ der, keys }: MadeCertificate): Promise<{ cert: string; key: string }> => ({
  cert: new X509Certificate(der).toString(),
  key: await keyInPem(keys),
});

describe('the first certificate', () => {
  it('names the service by its SPIFFE id, and nothing of what the request said', async () => {
    const { id } = await operator.create<{ id: string }>('/v1/microservices', { name: 'gateway', auth_method: 'tls_client_auth' });
    const join_token = await aJoinToken(operator, id);
    const { pem, spki } = await makeRequest({ subject: 'CN=admin', uris: ['spiffe://test.example/billing'] });
    const { status, body } = await ask({ certificate_request: pem, join_token });
    expect(status).toBe(201);
    expect(body).toMatchObject({ spiffe_id: 'spiffe://test.example/gateway', client_id: id });
    const certificate = new X509Certificate(String(body['certificate']));
    expect(certificate.subjectAltName).toBe('URI:spiffe://test.example/gateway');
    expect(certificate.subject).toBe(`CN=${id}`);
    expect(certificate.publicKey.export({ format: 'der', type: 'spki' })).toEqual(spki);
    expect(certificate.ca).toBe(false);
    expect(certificate.serialNumber.toLowerCase().padStart(32, '0')).toBe(String(body['serial_number']));
    const [authority] = (body['ca_certificates'] as string[]).map((text) => new X509Certificate(text));
    expect(certificate.verify(authority!.publicKey)).toBe(true);
    const hours = (Date.parse(certificate.validTo) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23.9);
    expect(hours).toBeLessThanOrEqual(24);
    const [event] = (await eventsOf('certificate.issued')).filter(({ target_id }) => target_id === body['serial_number']);
    expect(event?.details).toMatchObject({
      via: 'join_token',
      spiffe_id: 'spiffe://test.example/gateway',
      'x5t#S256': thumbprintOf(String(body['certificate'])),
    });
  });

  it('401 when a join token comes a second time, and when twenty come at once one certificate is given', async () => {
    const { id } = await operator.create<{ id: string }>('/v1/microservices', { name: 'racer', auth_method: 'tls_client_auth' });
    const join_token = await aJoinToken(operator, id);
    const { pem } = await makeRequest();
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => (await ask({ certificate_request: pem, join_token })).status),
    );
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 401)).toHaveLength(19);
    const again = await ask({ certificate_request: pem, join_token });
    expect(again).toMatchObject({ status: 401, body: { code: 'certificate_authentication_failed' } });
    const refused = (await eventsOf('certificate.refused')).filter(({ target_id }) => target_id === id);
    expect(new Set(refused.map(({ reason_code }) => reason_code))).toEqual(new Set(['join_token_used']));
    expect(refused).toHaveLength(20);
  });

  it('401 for an expired, an invented and a mistyped join token, and one of a disabled service: one answer for all', async () => {
    const { id } = await operator.create<{ id: string }>('/v1/microservices', { name: 'late', auth_method: 'tls_client_auth' });
    const expired = await aJoinToken(operator, id);
    await server.sql(`UPDATE join_tokens SET expires_at = now() - interval '1 second' WHERE microservice_id = $1`, [id]);
    const disabled = await aJoinToken(operator, id);
    await call('POST', `${server.url}/v1/microservices/${id}/disable`, operator.token);
    const { pem: certificate_request } = await makeRequest();
    const invented = 'csn_join_0000000000000000000000000000000000000000000000000';
    const answers = await Promise.all(
      [expired, disabled, invented, `${expired.slice(0, -1)}_`, ''].map((join_token) => ask({ certificate_request, join_token })),
    );
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    expect(new Set(answers.map(({ body }) => body['detail'])).size).toBe(1);
  });

  it('422 for a request that cannot be used, and the join token stays good', async () => {
    const { id } = await operator.create<{ id: string }>('/v1/microservices', { name: 'clumsy', auth_method: 'tls_client_auth' });
    const join_token = await aJoinToken(operator, id);
    for (const certificate_request of ['please', (await makeRequest({ hash: 'SHA-1' })).pem])
      expect(await ask({ certificate_request, join_token })).toMatchObject({ status: 422, body: { code: 'certificate_request_invalid' } });
    expect((await ask({ certificate_request: (await makeRequest()).pem, join_token })).status).toBe(201);
  });

  it('lives as short as it is asked to, and never longer than a day', async () => {
    const { id } = await operator.create<{ id: string }>('/v1/microservices', { name: 'brief', auth_method: 'tls_client_auth' });
    const { pem: certificate_request } = await makeRequest();
    expect((await ask({ certificate_request, lifetime_seconds: 86_401, join_token: await aJoinToken(operator, id) })).status).toBe(422);
    const { body } = await ask({ certificate_request, lifetime_seconds: 3_600, join_token: await aJoinToken(operator, id) });
    expect(Date.parse(String(body['expires_at'])) - Date.now()).toBeLessThanOrEqual(3_600_000);
  });
});

describe('join tokens', () => {
  it('are shown once, stored as digests, and made for microservices of our trust domain by operators only', async () => {
    const path = `/v1/microservices/${billing.id}/join-tokens`;
    const made = await operator.create<Record<string, string>>(path, { lifetime_seconds: 60 });
    expect(made['join_token']).toMatch(/^csn_join_[0-9A-Za-z]{49}$/);
    expect(made['spiffe_id']).toBe('spiffe://test.example/billing');
    const listed = await call('GET', server.url + path, operator.token);
    expect(listed.text).not.toContain(made['join_token']);
    expect(listed.body['data']).toContainEqual(expect.objectContaining({ id: made['id'], used_at: null }));
    const stored = await server.sql('SELECT * FROM join_tokens');
    expect(JSON.stringify(stored)).not.toContain(made['join_token']);
    expect((await call('DELETE', `${server.url}${path}/${made['id']}`, operator.token)).status).toBe(204);
    const { pem: certificate_request } = await makeRequest();
    expect((await ask({ certificate_request, join_token: made['join_token'] })).status).toBe(401);

    const foreign = await operator.create<{ id: string }>('/v1/microservices', {
      name: 'elsewhere',
      auth_method: 'tls_client_auth',
      spiffe_id: 'spiffe://spire.example/elsewhere',
    });
    expect(await call('POST', `${server.url}/v1/microservices/${foreign.id}/join-tokens`, operator.token, {})).toMatchObject({
      status: 409,
      body: { code: 'foreign_trust_domain' },
    });
    const unknown = billing.id.replace(/.{4}$/, '0000');
    expect((await call('POST', `${server.url}/v1/microservices/${unknown}/join-tokens`, operator.token, {})).status).toBe(404);
  });

  it('a retry with the same Idempotency-Key gets the same token', async () => {
    const send = (): Promise<{ body: Record<string, unknown> }> =>
      call('POST', `${server.url}/v1/microservices/${billing.id}/join-tokens`, operator.token, {}, { 'idempotency-key': 'join-once' });
    const [first, second] = [await send(), await send()];
    expect(second.body).toEqual(first.body);
    expect(first.body['join_token']).toMatch(/^csn_join_/);
  });
});

describe('a service with a certificate', () => {
  it('RFC 8705 §2.1: gets a token that is bound to it, and calls with it', async () => {
    const { status, body } = await askToken(billing, billing, { org_id: server.orgs[0].id });
    expect(status).toBe(200);
    const token = String(body['access_token']);
    const thumbprint = thumbprintOf(billing.cert);
    expect(decodeJwt(token)).toMatchObject({ sub: 'billing', client_id: billing.id, cred: thumbprint, cnf: { 'x5t#S256': thumbprint } });
    const json = { from: '2026-10-01' };
    const start = (client?: TlsClient): Promise<TlsAnswer> =>
      callTls(server, `${internalUrl}/internal/export/start`, { json, token, client });
    expect((await start(billing)).status).toBe(201);
    // RFC 8705 §3: a stolen token is worthless without the key.
    expect((await start()).status).toBe(401);
    const thief = await aService(server, operator, internalUrl, 'thief');
    expect((await start(thief)).status).toBe(401);
  });

  it('renews by itself over the connection that shows it', async () => {
    const { pem: certificate_request, keys } = await makeRequest();
    const { status, body } = await ask({ certificate_request }, billing);
    expect(status).toBe(201);
    expect(body).toMatchObject({ client_id: billing.id, spiffe_id: 'spiffe://test.example/billing' });
    const renewed = { cert: String(body['certificate']), key: await keyInPem(keys) };
    expect((await askToken(billing, renewed)).status).toBe(200);
    const [event] = (await eventsOf('certificate.issued')).filter(({ target_id }) => target_id === body['serial_number']);
    expect(event?.details).toMatchObject({ via: 'renewal', renews: thumbprintOf(billing.cert) });
  });

  it('401 for tokens and certificates once it is disabled, at once and on kept connections', async () => {
    const service = await aService(server, operator, internalUrl, 'blocked');
    await operator.create('/v1/call-policies', { caller: 'blocked', target: 'export', scopes: ['start:export'], org_mode: 'any' });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const form = { grant_type: 'client_credentials', client_id: service.id, audience: 'export' };
    const again = (): Promise<TlsAnswer> => callTls(server, `${internalUrl}/oauth/token`, { form, client: service, agent });
    expect((await again()).status).toBe(200);
    await call('POST', `${server.url}/v1/microservices/${service.id}/disable`, operator.token);
    expect(await again()).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    const { pem: certificate_request } = await makeRequest();
    expect((await ask({ certificate_request }, service)).status).toBe(401);
    const refused = (await eventsOf('certificate.refused')).filter(({ target_id }) => target_id === service.id);
    expect(refused.map(({ reason_code }) => reason_code)).toEqual(['microservice_disabled']);
    agent.destroy();
  });

  it('that was deleted leaves nothing to its successor of the same name', async () => {
    const former = await aService(server, operator, internalUrl, 'phoenix');
    await call('DELETE', `${server.url}/v1/microservices/${former.id}`, operator.token);
    const successor = await aService(server, operator, internalUrl, 'phoenix');
    await operator.create('/v1/call-policies', { caller: 'phoenix', target: 'export', scopes: ['start:export'], org_mode: 'any' });
    expect((await askToken(successor, successor)).status).toBe(200);
    expect((await askToken(successor, former)).status).toBe(401);
    expect((await ask({ certificate_request: (await makeRequest()).pem }, former)).status).toBe(401);
  });
});

describe('attacks with certificates', () => {
  it('invalid_client for every certificate that does not prove the client', async () => {
    const spiffe = 'spiffe://test.example/billing';
    const impostor = await makeCertificate({ ca: true, subject: 'CN=Countersign internal CA' });
    const other = await aService(server, operator, internalUrl, 'other');
    const rows: [string, TlsClient | undefined][] = [
      ['none', undefined],
      ['another service', other],
      ['self-signed', await shown(await makeCertificate({ uris: [spiffe], subject: `CN=${billing.id}` }))],
      ['another authority', await shown(await makeCertificate({ signer: impostor, uris: [spiffe], subject: `CN=${billing.id}` }))],
      ['expired', await shown(await makeCertificate({ uris: [spiffe], notBefore: inHours(-3), notAfter: inHours(-1) }))],
    ];
    for (const [name, client] of rows) {
      expect(await askToken(billing, client), name).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
      expect((await ask({ certificate_request: (await makeRequest()).pem }, client)).status, name).toBe(
        name === 'another service' ? 201 : 401,
      );
    }
  });

  it('400 or 401 for a certificate in a header, in whatever form proxies send it', async () => {
    const pem = encodeURIComponent(billing.cert);
    // What could count, from a proxy that is trusted, is refused by name; the rest is read by nobody.
    const rows: [number, Record<string, string>][] = [
      [400, { 'client-cert': `:${new X509Certificate(billing.cert).raw.toString('base64')}:` }],
      [400, { 'x-forwarded-client-cert': `Cert="${pem}";URI=spiffe://test.example/billing` }],
      [401, { 'x-ssl-client-cert': pem, 'ssl-client-cert': pem }],
    ];
    const form = { grant_type: 'client_credentials', client_id: billing.id, audience: 'export' };
    const { pem: certificate_request } = await makeRequest();
    for (const [status, headers] of rows) {
      expect((await callTls(server, `${internalUrl}/oauth/token`, { form, headers })).status).toBe(status);
      expect((await callTls(server, `${internalUrl}/certificates`, { json: { certificate_request }, headers })).status).toBe(status);
    }
  });

  it('404 for the routes of the internal zone in the public one, with the right certificate and a good join token', async () => {
    const { pem: certificate_request } = await makeRequest();
    const join_token = await aJoinToken(operator, billing.id);
    for (const path of ['/certificates', '/.well-known/spiffe-bundle']) {
      const json = path === '/certificates' ? { certificate_request, join_token } : undefined;
      expect((await callTls(server, mtlsUrl + path, { json, client: billing, listener })).status, path).toBe(404);
      expect((await call(json ? 'POST' : 'GET', server.url + path, undefined, json)).status, path).toBe(404);
    }
    const form = { grant_type: 'client_credentials', client_id: billing.id, audience: 'export' };
    expect((await callTls(server, `${mtlsUrl}/oauth/token`, { form, client: billing, listener })).status).toBe(401);
  });

  it('a certificate beside a secret does not authenticate, it binds (RFC 8705 §2)', async () => {
    const { client_id, client_secret, audience } = server.demo.operator;
    const form = { grant_type: 'client_credentials', client_id, client_secret, audience };
    const answer = await callTls(server, `${mtlsUrl}/oauth/token`, { form, client: billing, listener });
    expect(answer.status).toBe(200);
    const token = String(answer.body['access_token']);
    expect(decodeJwt(token)).toMatchObject({ sub: client_id, cnf: { 'x5t#S256': thumbprintOf(billing.cert) } });
    expect((await callTls(server, `${mtlsUrl}/v1/orgs`, { token, client: billing, listener })).status).toBe(200);
    expect((await callTls(server, `${mtlsUrl}/v1/orgs`, { token, listener })).status).toBe(401);
    expect((await call('GET', `${server.url}/v1/orgs`, token)).status).toBe(401);
  });
});

describe('a trust bundle from elsewhere', () => {
  const uris = ['spiffe://spire.example/ns/prod/sa/worker'];
  let worker: { id: string };
  beforeAll(async () => {
    worker = await operator.create('/v1/microservices', { name: 'worker', auth_method: 'tls_client_auth', spiffe_id: uris[0] });
    await operator.create('/v1/call-policies', { caller: 'worker', target: 'export', scopes: ['start:export'], org_mode: 'any' });
  });

  it('lets its services in, over an intermediate too, and vouches for no name of ours', async () => {
    const intermediate = await makeCertificate({ ca: true, signer: spire, pathLength: 0 });
    const chained = await shown(await makeCertificate({ signer: intermediate, uris }));
    chained.cert += new X509Certificate(intermediate.der).toString();
    expect((await askToken(worker, await shown(await makeCertificate({ signer: spire, uris })))).status).toBe(200);
    expect((await askToken(worker, chained)).status).toBe(200);
    const ours = await makeCertificate({ signer: spire, uris: ['spiffe://test.example/billing'], subject: `CN=${billing.id}` });
    expect((await askToken(billing, await shown(ours))).status).toBe(401);
    // Its services renew at home.
    const { pem: certificate_request } = await makeRequest();
    expect((await ask({ certificate_request }, await shown(await makeCertificate({ signer: spire, uris })))).status).toBe(401);
  });

  it('SPF-4: is read again when its file changes, but never goes back to a lower sequence', async () => {
    const next = await makeCertificate({ ca: true });
    const after = await shown(await makeCertificate({ signer: next, uris }));
    const before = await shown(await makeCertificate({ signer: spire, uris }));
    writeBundleFile(next, 6);
    await expect.poll(async () => (await askToken(worker, after)).status, { timeout: 20_000, interval: 500 }).toBe(200);
    expect((await askToken(worker, before)).status).toBe(401);
    writeBundleFile(spire, 5);
    await expect.poll(() => server.process.log, { timeout: 20_000, interval: 500 }).toContain('trust_bundle.unusable');
    expect([(await askToken(worker, after)).status, (await askToken(worker, before)).status]).toEqual([200, 401]);
  });
});

describe('the authority', () => {
  it('publishes its bundle in SPIFFE form, and rotates with both in it', async () => {
    const bundle = async (): Promise<{ spiffe_sequence: number; keys: { use: string; kty: string; x5c: string[] }[] }> =>
      (await callTls(server, `${internalUrl}/.well-known/spiffe-bundle`)).body as never;
    const before = await bundle();
    expect(before.keys).toEqual([expect.objectContaining({ use: 'x509-svid', kty: 'EC', x5c: [expect.any(String)] })]);
    const authority = new X509Certificate(Buffer.from(before.keys[0]!.x5c[0]!, 'base64'));
    expect(authority.ca).toBe(true);
    expect(authority.subjectAltName).toBe('URI:spiffe://test.example');
    const rotate = (): Promise<{ status: number; body: Record<string, unknown> }> =>
      call('POST', `${server.url}/v1/certificate-authorities/rotate`, operator.token);
    const begun = await rotate();
    expect(begun.status).toBe(202);
    expect((begun.body['data'] as { status: string }[]).map(({ status }) => status)).toEqual(['active', 'published']);
    expect(await rotate()).toMatchObject({ status: 409, body: { code: 'rotation_in_progress' } });
    const during = await bundle();
    expect(during.keys).toHaveLength(2);
    expect(during.spiffe_sequence).toBeGreaterThan(before.spiffe_sequence);
    // Two days later the next one signs: what the old one signed stays good, and a replica that starts finds the same.
    await server.sql(`UPDATE certificate_authorities SET created_at = now() - interval '3 days' WHERE status = 'published'`);
    const more = await tlsListeners();
    const { INTERNAL_PORT, MTLS_PORT } = more.environment;
    await server.replica({
      INTERNAL_PORT: String(INTERNAL_PORT),
      MTLS_PORT: String(MTLS_PORT),
      INTERNAL_URL: internalUrl,
      MTLS_URL: mtlsUrl,
    });
    await expect.poll(async () => (await listed()).join(), { timeout: 5_000 }).toBe('retiring,active');
    expect((await askToken(billing, billing)).status).toBe(200);
    const { pem: certificate_request } = await makeRequest();
    const { body } = await ask({ certificate_request }, billing);
    const next = new X509Certificate(Buffer.from(during.keys[1]!.x5c[0]!, 'base64'));
    expect(new X509Certificate(String(body['certificate'])).verify(next.publicKey)).toBe(true);
    const stored = await server.sql<{ status: string; sealed: boolean }>(
      'SELECT status, sealed_private_key IS NOT NULL AS sealed FROM certificate_authorities ORDER BY created_at DESC, status',
    );
    expect(stored).toContainEqual({ status: 'retiring', sealed: false });
  });

  async function listed(): Promise<string[]> {
    const { body } = await call('GET', `${server.url}/v1/certificate-authorities`, operator.token);
    return (body['data'] as { status: string }[]).map(({ status }) => status).sort((a, b) => b.localeCompare(a));
  }

  it('no join token and no private key is in the log', () => {
    expect(server.process.log).not.toMatch(/csn_join_|PRIVATE KEY/);
  });
});
