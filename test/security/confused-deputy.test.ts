import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator, type PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { forgeWith, stealSigningKey, type StolenKey } from '../support/forgery.js';
import {
  aCallPolicy,
  aMicroservice,
  assertionOf,
  ASSERTION_TYPE,
  internalTokenOf,
  postFormTls,
  tlsRequest,
  type MicroserviceMade,
  type TlsAnswer,
} from '../support/internal-zone.js';
import { basic, call, postForm, tokenOf } from '../support/requests.js';
import { aCallChain, aShopper, exchange, exchanged, passOn, type CallChain, type PassedOn } from '../support/token-exchange.js';

let server: TestServer;
let operator: Operator;
let chain: CallChain;
let shopper: PrincipalMade;
let thief: MicroserviceMade;

beforeAll(async () => {
  server = await startTestServer({ LOG_LEVEL: 'info' });
  operator = await Operator.of(server);
  chain = await aCallChain(operator);
  shopper = await aShopper(operator, chain, victim());
  thief = await aMicroservice(operator, 'thief');
  await aCallPolicy(operator, { caller: 'thief', target: 'export', scopes: ['start:export'], org_mode: 'parent' });
});
afterAll(() => server.stop());

const victim = (): string => server.orgs[0].id;
const other = (): string => server.orgs[1].id;
const now = (): number => Math.floor(Date.now() / 1000);
const startExport = (token: string, body: object = {}, at = server.internalUrl): Promise<TlsAnswer> =>
  tlsRequest(server, `${at}/internal/export/start`, { method: 'POST', token, body: { from: '2026-10-01', ...body } });
const lastRefusal = async (service: MicroserviceMade): Promise<Record<string, unknown>> => {
  const rows = await server.sql<{ details: Record<string, unknown> }>(
    `SELECT details FROM audit_events WHERE action = 'token.refused' AND actor_id = $1 ORDER BY id DESC LIMIT 1`,
    [service.id],
  );
  return rows[0]?.details ?? {};
};

describe('the export-service disaster', () => {
  it('403 when the caller names another tenant in the body, and it is written down', async () => {
    const { last } = await passOn(server, chain, shopper);
    // Seen failing with TenantCheck believing the body: 201, an export of the other tenant.
    expect((await startExport(last, { org_id: other() })).status).toBe(403);
    const events = await server.sql<{ org_id: string; details: object }>(
      `SELECT org_id, details FROM audit_events WHERE action = 'analytics.internal_call.refused'`,
    );
    expect(events).toEqual([{ org_id: victim(), details: expect.objectContaining({ named_org_id: other() }) as object }]);
    const started = await startExport(last, { org_id: victim() });
    expect(started.status).toBe(201);
    const [row] = await server.sql<{ org_id: string; requested_by: string }>(
      'SELECT org_id, requested_by FROM analytics_exports WHERE id = $1',
      [started.body['id']],
    );
    expect(row).toEqual({ org_id: victim(), requested_by: shopper.client_id });
  });

  it('400 when the caller names another tenant to the issuer, whatever the policy lets it name', async () => {
    const { middle } = await passOn(server, chain, shopper);
    await aCallPolicy(operator, { caller: 'billing', target: 'dashboards', scopes: ['write:rollups'], org_mode: 'any' });
    for (const [audience, detail] of [
      ['export', 'org_named'],
      ['dashboards', 'other_org_named'],
    ] as const) {
      // Seen failing with orgOfExchange preferring the name to the subject's organization.
      const { status, body } = await exchange(server, chain.billing, middle, { audience, org_id: other() });
      expect({ status, error: body['error'] }).toEqual({ status: 400, error: 'invalid_request' });
      expect(await lastRefusal(chain.billing)).toMatchObject({ detail, named_org_id: other(), subject_root: decodeJwt(middle)['root'] });
    }
    const kept = await exchanged(server, chain.billing, middle, { audience: 'dashboards' });
    expect(decodeJwt(kept)['org_id']).toBe(victim());
  });

  it('400 when the policy wants an exchange and the caller asks for itself', async () => {
    const assertion = { client_assertion_type: ASSERTION_TYPE, client_assertion: await assertionOf(chain.billing, server.internalUrl) };
    const form = { grant_type: 'client_credentials', audience: 'export', org_id: other(), ...assertion };
    const { status, body } = await postFormTls(server, `${server.internalUrl}/oauth/token`, form);
    expect({ status, error: body['error'] }).toEqual({ status: 400, error: 'unauthorized_client' });
  });
});

describe('tokens that are not the caller’s to exchange', () => {
  let stolenExternal: StolenKey;
  let stolenInternal: StolenKey;
  let passed: PassedOn;

  beforeAll(async () => {
    stolenExternal = await stealSigningKey(server, 'external', 'RS256');
    stolenInternal = await stealSigningKey(server, 'internal', 'ES256');
    passed = await passOn(server, chain, shopper);
  });

  /** Refused as a subject token, for this reason, in the same words as every other. */
  async function refusal(service: MicroserviceMade, token: string): Promise<{ answer: string; reason: unknown }> {
    const { status, body } = await exchange(server, service, token, { audience: 'export' });
    const detail = (await lastRefusal(service))['detail'];
    return { answer: `${status} ${String(body['error'])}: ${String(body['error_description']).split(':')[0]}`, reason: detail };
  }
  const INVALID = '400 invalid_request: The subject token is not valid, or not for this service';

  it('an external token of an API that the caller does not serve', async () => {
    // Seen failing with served_by ignored.
    expect(await refusal(thief, passed.external)).toEqual({ answer: INVALID, reason: 'subject_token_not_served_by' });
    expect(await lastRefusal(thief)).toMatchObject({
      subject_jti: decodeJwt(passed.external).jti,
      subject_audience: chain.shop.identifier,
    });
    const analytics = await tokenOf(server.url, server.orgs[0].service_principals[0]!);
    expect(await refusal(chain.gateway, analytics)).toEqual({ answer: INVALID, reason: 'subject_token_not_served_by' });
  });

  it('an internal token of another audience, be it of the caller itself', async () => {
    // Seen failing without the comparison of the audience.
    expect(await refusal(thief, passed.middle)).toEqual({ answer: INVALID, reason: 'subject_token_audience' });
    expect(await refusal(chain.billing, passed.last)).toEqual({ answer: INVALID, reason: 'subject_token_audience' });
  });

  it('a name of the other zone: an external API called billing opens nothing', async () => {
    const posing = await forgeWith(stolenExternal, passed.external, { claims: { aud: 'billing' } });
    expect(await refusal(chain.billing, posing)).toEqual({ answer: INVALID, reason: 'subject_token_audience' });
    const crossed = await forgeWith(stolenExternal, passed.middle);
    expect(await refusal(chain.billing, crossed)).toEqual({ answer: INVALID, reason: 'subject_token_key_unknown' });
  });

  it.each<[string, string, () => Promise<string> | string]>([
    ['garbage', 'malformed', () => 'a.b.c'],
    ['a changed signature', 'signature', () => passed.middle.replace(/.{8}$/, 'AAAAAAAA')],
    ['another issuer', 'issuer', () => forgeWith(stolenInternal, passed.middle, { claims: { iss: 'https://evil.example' } })],
    ['an ID token', 'type', () => forgeWith(stolenInternal, passed.middle, { header: { typ: 'JWT' } })],
    ['two audiences', 'audience', () => forgeWith(stolenInternal, passed.middle, { claims: { aud: ['billing', 'export'] } })],
    [
      'a token from the future',
      'not_yet_valid',
      () => forgeWith(stolenInternal, passed.middle, { claims: { iat: now() + 100, exp: now() + 200 } }),
    ],
    ['ancestors that cannot be read', 'claims', () => forgeWith(stolenInternal, passed.middle, { claims: { ancestors: ['x'] } })],
  ])('%s', async (_, reason, make) => {
    expect(await refusal(chain.billing, await make())).toEqual({ answer: INVALID, reason: `subject_token_${reason}` });
  });

  it('attack 40: an expired token, also within the tolerance of guards', async () => {
    for (const exp of [now() - 100, now() - 1]) {
      const old = await forgeWith(stolenInternal, passed.middle, { claims: { iat: now() - 200, exp } });
      expect(await refusal(chain.billing, old)).toEqual({
        answer: '400 invalid_request: The subject token expired.',
        reason: 'subject_token_expired',
      });
    }
  });

  it('neither a token nor what it says is in the log', () => {
    for (const token of Object.values(passed) as string[]) expect(server.process.log).not.toContain(token.split('.')[2]);
  });
});

/** Attack 41. Each was seen failing with `ancestors` left out of the tokens, or not looked at by RevocationList. */
describe('what is derived dies within 2 s', () => {
  let replica: { internalUrl: string };
  beforeAll(async () => {
    replica = await server.replica();
  });

  async function statusWithin2s(token: string): Promise<number> {
    const deadline = Date.now() + 2_000;
    let status = 0;
    do status = (await startExport(token, {}, replica.internalUrl)).status;
    while (status === 201 && Date.now() < deadline);
    return status;
  }

  const manage = (method: string, path: string, body?: unknown): Promise<{ status: number }> =>
    call(method, server.url + path, operator.token, body);
  const pathOf = (principal: PrincipalMade): string => `/v1/orgs/${victim()}/service-principals/${principal.id}`;

  it.each<[string, (principal: PrincipalMade, passed: PassedOn) => Promise<{ status: number }>]>([
    [
      'the root is revoked',
      (by, { external }) => postForm(`${server.url}/oauth/revoke`, { token: external }, { authorization: basic(by) }),
    ],
    ['the principal is disabled', (by) => manage('POST', `${pathOf(by)}/disable`)],
    ['the principal is deleted', (by) => manage('DELETE', pathOf(by))],
    ['its grant is narrowed', (by) => manage('PATCH', pathOf(by), { grants: [] })],
    [
      'the service in the middle gives its token back',
      async (_, { middle }) => {
        const assertion = { client_assertion_type: ASSERTION_TYPE, client_assertion: await assertionOf(chain.gateway, server.internalUrl) };
        return postFormTls(server, `${server.internalUrl}/oauth/revoke`, { token: middle, ...assertion });
      },
    ],
  ])('when %s', async (_, kill) => {
    const principal = await aShopper(operator, chain, victim());
    const passed = await passOn(server, chain, principal);
    expect((await startExport(passed.last, {}, replica.internalUrl)).status).toBe(201);
    expect((await kill(principal, passed)).status).toBeLessThan(300);
    expect(await statusWithin2s(passed.last)).toBe(401);
    expect((await exchange(server, chain.billing, passed.middle, { audience: 'export' })).status).toBe(400);
    expect(await lastRefusal(chain.billing)).toMatchObject({ detail: 'subject_token_revoked' });
  });

  it('when a policy at the beginning of the chain goes, for all that stand on it and no others', async () => {
    const { last } = await passOn(server, chain, shopper);
    await aCallPolicy(operator, { caller: 'gateway', target: 'export', scopes: ['start:export'], org_mode: 'parent' });
    const external = await tokenOf(server.url, shopper, { audience: chain.shop.identifier });
    const straight = await exchanged(server, chain.gateway, external, { audience: 'export' });
    await manage('DELETE', `/v1/call-policies/${chain.toBilling.id}`);
    expect(await statusWithin2s(last)).toBe(401);
    expect((await startExport(straight, {}, replica.internalUrl)).status).toBe(201);
  });

  it('and so does what stands on a service that is disabled', async () => {
    const clock = await aMicroservice(operator, 'clock');
    await aCallPolicy(operator, { caller: 'clock', target: 'billing', scopes: ['read:invoices'], org_mode: 'any' });
    const begun = await internalTokenOf(server, clock, { audience: 'billing', org_id: victim() });
    const last = await exchanged(server, chain.billing, begun, { audience: 'export' });
    expect((await startExport(last, {}, replica.internalUrl)).status).toBe(201);
    await manage('POST', `/v1/microservices/${clock.id}/disable`);
    expect(await statusWithin2s(last)).toBe(401);
  });
});

describe('a process of the internal zone alone', () => {
  it('exchanges external tokens, with the public keys of the external zone only', async () => {
    const alone = await server.replica({ ZONES: 'internal' });
    const external = await tokenOf(server.url, shopper, { audience: chain.shop.identifier });
    await aCallPolicy(operator, { caller: 'gateway', target: 'dashboards', scopes: ['write:rollups'], org_mode: 'parent' });
    const { status } = await exchange(server, chain.gateway, external, { audience: 'dashboards' }, alone.internalUrl);
    expect(status).toBe(200);
  });
});
