import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { ServiceIdentity, TokenRequestFailed, UnexpectedPeer, type IdentityEvent, type ServiceIdentityOptions } from '@countersign/client';
import { IssuerConnection, refusalResponse, ResourceRequestRefused, ResourceServer } from '@countersign/resource-server';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { call, tokenOf } from '../support/requests.js';
import { pause } from './support/management.js';
import { aJoinToken, callTls, tlsListeners } from '../support/service-certificates.js';

let server: TestServer;
let operator: Operator;
let internalUrl: string;
let ca: string;
let billing: ServiceIdentity;
let exporter: ServiceIdentity;
let api: RunningApi;
const ids: Record<string, string> = {};
const events: IdentityEvent[] = [];
const opened: ServiceIdentity[] = [];
const connections: IssuerConnection[] = [];

const CALL = { audience: 'export', scope: 'start:export' };

beforeAll(async () => {
  const listeners = await tlsListeners();
  internalUrl = listeners.internalUrl;
  server = await startTestServer(listeners.environment);
  operator = await Operator.of(server);
  ca = readFileSync(join(server.files.dataDir, 'internal-tls.crt'), 'utf8');
  billing = await joined('billing', { onEvent: (event) => events.push(event) });
  exporter = await joined('export');
  await operator.create('/v1/call-policies', { caller: 'billing', target: 'export', scopes: ['start:export'], org_mode: 'any' });
  api = await serve(exporter, 'export');
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await Promise.all(opened.map((identity) => identity.close()));
  api?.server.closeAllConnections();
  api?.server.close();
  await server.stop();
});

async function joined(name: string, options: Partial<ServiceIdentityOptions> = {}): Promise<ServiceIdentity> {
  const { id } = await operator.create<{ id: string }>('/v1/microservices', { name, auth_method: 'tls_client_auth' });
  ids[name] = id;
  const identity = await ServiceIdentity.open({ issuer: internalUrl, ca, joinToken: await aJoinToken(operator, id), ...options });
  opened.push(identity);
  return identity;
}

interface RunningApi {
  readonly server: Server;
  readonly url: string;
  /** Codes of what its guard refused. */
  readonly refused: string[];
  /** SPIFFE serials of the certificates that callers showed. */
  readonly shown: Set<string>;
}

/** A service as anybody would write it: the two libraries and node:https. */
async function serve(identity: ServiceIdentity, audience: string): Promise<RunningApi> {
  const [refused, shown]: [string[], Set<string>] = [[], new Set()];
  const connection = new IssuerConnection({ issuer: internalUrl, audience, fetch: identity.issuerFetch });
  await connection.start();
  connections.push(connection);
  const guard = new ResourceServer({ ...connection, onRefused: ({ code }) => refused.push(code) });
  const listener = identity.createServer((request, response) => {
    shown.add((request.socket as unknown as { getPeerX509Certificate(): X509Certificate }).getPeerX509Certificate().serialNumber);
    guard
      .authorize(request, { scopes: ['start:export'], operation: 'exports.start' })
      .then(({ subject, orgId }) => response.end(JSON.stringify({ subject, org_id: orgId })))
      .catch((error: unknown) => {
        if (!(error instanceof ResourceRequestRefused)) return response.writeHead(500).end();
        const { status, headers, body } = refusalResponse(error, 'test');
        return response.writeHead(status, headers).end(JSON.stringify(body));
      });
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return { server: listener, url: `https://localhost:${(listener.address() as AddressInfo).port}/`, refused, shown };
}

describe('a service identity', () => {
  it('gets its certificate against a join token, and calls with a token that is bound to it', async () => {
    expect(billing.spiffeId).toBe('spiffe://test.example/billing');
    const answer = await billing.fetch(api.url, undefined, { ...CALL, orgId: server.orgs[0].id });
    expect([answer.status, await answer.json()]).toEqual([200, { subject: 'billing', org_id: server.orgs[0].id }]);
    const { accessToken } = await billing.getToken(CALL);
    expect(decodeJwt(accessToken)).toHaveProperty('cnf');
    // Kept, and asked for once.
    expect((await billing.getToken(CALL)).accessToken).toBe(accessToken);
  });

  it('calls what the issuer serves itself, which proves its name in DNS', async () => {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ from: '2026-10-01' }) };
    const target = { ...CALL, orgId: server.orgs[0].id };
    expect((await billing.fetch(`${internalUrl}/internal/export/start`, init, target)).status).toBe(201);
  });

  // Seen failing without checkServerIdentity in openChannel (200).
  it('sends nothing to a service that answers in the place of another', async () => {
    const impostor = await joined('impostor');
    const fake = await serve(impostor, 'export');
    const failure: unknown = await billing.fetch(fake.url, undefined, CALL).catch((error: unknown) => error);
    expect((failure as Error).cause).toBeInstanceOf(UnexpectedPeer);
    expect((failure as Error).cause).toMatchObject({ expected: 'spiffe://test.example/export', found: 'spiffe://test.example/impostor' });
    expect(fake.shown.size).toBe(0);
    fake.server.close();
  });

  it('lets nobody in without a certificate of the trust domain, and no stolen token over another certificate', async () => {
    const { accessToken: token } = await billing.getToken(CALL);
    await expect(callTls(server, api.url, { token })).rejects.toThrow();
    await expect(callWith(token, { ca: exporter.tlsOptions().ca })).rejects.toThrow();
    const thief = await joined('thief');
    expect(await callWith(token, thief.tlsOptions())).toBe(401);
    expect(api.refused.splice(0)).toEqual(['invalid_token']);
  });

  it('passes on for whom it was called (RFC 8693), once per subject token', async () => {
    const gateway = await joined('gateway');
    const shop = await operator.anApi({ identifier: 'https://shop.example.com', served_by: ['gateway'] });
    const orgId = server.orgs[1].id;
    const principal = await operator.aServicePrincipal(orgId, { grants: [{ audience: shop.identifier, scopes: ['read:things'] }] });
    await operator.create('/v1/call-policies', { caller: 'gateway', target: 'export', scopes: ['start:export'], org_mode: 'parent' });
    const subjectToken = await tokenOf(server.url, { ...principal, audience: shop.identifier });
    const passed = await gateway.exchange(subjectToken, CALL);
    expect(decodeJwt(passed.accessToken)).toMatchObject({ org_id: orgId, sub: principal.client_id, act: { sub: 'gateway' } });
    expect((await gateway.exchange(subjectToken, CALL)).accessToken).toBe(passed.accessToken);
    const answer = await gateway.fetch(api.url, undefined, { ...CALL, subjectToken });
    expect(await answer.json()).toEqual({ subject: principal.client_id, org_id: orgId });
    // Without it there is nobody to pass on.
    await expect(gateway.fetch(api.url, undefined, CALL)).rejects.toBeInstanceOf(TokenRequestFailed);
  });

  it('outlives a restart in its folder, which only its account reads', async () => {
    const folder = join(mkdtempSync(join(tmpdir(), 'countersign-identity-')), 'kept');
    const first = await joined('restarting', { folder });
    expect(statSync(join(folder, 'service-identity.json')).mode & 0o777).toBe(0o600);
    await first.renew();
    const second = await ServiceIdentity.open({ issuer: internalUrl, ca, folder });
    opened.push(second);
    expect([second.certificate, second.clientId]).toEqual([first.certificate, first.clientId]);
    await second.renew();
    rmSync(folder, { recursive: true });
  });
});

describe('under continuous load', () => {
  let calls = 0;
  const failures: unknown[] = [];
  const end = new AbortController();
  let load: Promise<unknown>;

  beforeAll(() => {
    api.shown.clear();
    load = Promise.all(Array.from({ length: 8 }, () => callOnAndOn()));
  });

  async function callOnAndOn(): Promise<void> {
    for (; !end.signal.aborted; calls++) {
      try {
        const answer = await billing.fetch(api.url, undefined, CALL);
        if (answer.status !== 200) failures.push(`${answer.status} ${await answer.text()}`);
        else await answer.text();
      } catch (error) {
        failures.push(error);
        // Without a request there is nothing to wait for, and the others would never have their turn.
        await pause(10);
      }
    }
  }

  async function after(more: number): Promise<void> {
    const enough = calls + more;
    await expect.poll(() => calls, { timeout: 20_000 }).toBeGreaterThan(enough);
  }

  // Seen failing with the tokens of the old generation over the new connections, and with the old connections ended at once.
  it('certificates rotate on both sides and no call fails', async () => {
    await after(50);
    for (let round = 0; round < 5; round++) {
      await (round % 2 === 0 ? billing : exporter).renew();
      await after(50);
    }
    await Promise.all([billing.renew(), exporter.renew()]);
    await after(50);
    expect([failures, api.refused]).toEqual([[], []]);
    // The first, and one after each renewal.
    expect(api.shown.size).toBe(5);
  });

  // Seen failing with authorities that are never looked at again.
  it('the authority is replaced, and no call fails', { timeout: 120_000 }, async () => {
    const rotated = await call('POST', `${server.url}/v1/certificate-authorities/rotate`, operator.token);
    expect(rotated.status).toBe(202);
    await Promise.all([billing.refreshTrust(), exporter.refreshTrust()]);
    await after(50);
    await pass(`UPDATE certificate_authorities SET created_at = now() - interval '3 days' WHERE status = 'published'`, 'active,retiring');
    const former = signerOf(billing);
    await billing.renew();
    expect(signerOf(billing)).not.toBe(former);
    await after(50);
    await exporter.renew();
    await after(50);
    await pass(`UPDATE certificate_authorities SET retiring_at = now() - interval '30 hours' WHERE status = 'retiring'`, 'active');
    await Promise.all([exporter.refreshTrust(), billing.refreshTrust()]);
    await after(50);
    expect([failures, api.refused]).toEqual([[], []]);
    expect(events.filter((event) => event.type === 'generation').map(({ cause }) => cause)).toEqual([
      'joined',
      ...Array.from({ length: 4 }, () => 'renewed'),
      'trust',
      'renewed',
      'trust',
    ]);
  });

  const signerOf = ({ certificate }: ServiceIdentity): string => new X509Certificate(certificate).issuer;

  /** Days pass: a replica that starts takes the steps that are due. */
  async function pass(sql: string, expected: string): Promise<void> {
    await server.sql(sql);
    const { environment } = await tlsListeners();
    const { INTERNAL_PORT = '', MTLS_PORT = '' } = environment;
    await server.replica({ INTERNAL_PORT, MTLS_PORT, INTERNAL_URL: internalUrl, MTLS_URL: server.mtlsUrl });
    const statuses = async (): Promise<string> => {
      const { body } = await call('GET', `${server.url}/v1/certificate-authorities`, operator.token);
      return (body['data'] as { status: string }[])
        .map(({ status }) => status)
        .sort()
        .join();
    };
    await expect.poll(statuses, { timeout: 10_000 }).toBe(expected);
  }

  it('a service that is blocked is refused at once: tokens, certificates, and calls with the token that it holds', async () => {
    end.abort();
    await load;
    const target = { ...CALL, orgId: server.orgs[0].id };
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ from: '2026-10-01' }) };
    const start = async (): Promise<number> => (await billing.fetch(`${internalUrl}/internal/export/start`, init, target)).status;
    const callOther = async (): Promise<number> => (await billing.fetch(api.url, undefined, CALL)).status;
    expect([await start(), await callOther()]).toEqual([201, 200]);
    // As whoever stole certificate and token would go on, without the library.
    const { accessToken: held } = await billing.getToken(CALL);
    await call('POST', `${server.url}/v1/microservices/${ids['billing']}/disable`, operator.token);
    await expect(billing.getToken({ ...CALL, orgId: server.orgs[1].id })).rejects.toMatchObject({ status: 401, code: 'invalid_client' });
    await expect(billing.renew()).rejects.toMatchObject({ status: 401, code: 'certificate_authentication_failed' });
    expect(events.at(-1)).toMatchObject({ type: 'renewal_failed', retryInSeconds: expect.any(Number) });
    await expect.poll(() => callWith(held, billing.tlsOptions()), { timeout: 2_000, interval: 50 }).toBe(401);
    await expect.poll(start, { timeout: 2_000, interval: 50 }).toBe(401);
  });
});

/** As a thief would: over a connection with its own certificate or none, with the token of another. */
function callWith(token: string, { cert, key, ca: authorities }: TlsOptions): Promise<number> {
  const tls = { cert, key, ca: authorities, agent: false, checkServerIdentity: () => undefined };
  return new Promise((resolve, reject) => {
    request(api.url, { ...tls, headers: { authorization: `Bearer ${token}` } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    })
      .once('error', reject)
      .end();
  });
}
