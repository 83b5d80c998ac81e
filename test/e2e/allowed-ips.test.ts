import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operator, PrincipalMade } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { postForm, tokenOf, type Answer } from '../support/requests.js';
import { operatorOf, refusalOf, type ApiCaller } from './support/management.js';

let server: TestServer;
let operator: Operator;
let api: ApiCaller;
let orgId: string;

beforeAll(async () => {
  server = await startTestServer({ TRUSTED_PROXIES: '127.0.0.1' });
  ({ operator, api } = await operatorOf(server));
  orgId = (await operator.anOrg()).id;
});
afterAll(() => server.stop());

function tokenFrom(address: string, { client_id, client_secret }: PrincipalMade, url = server.url): Promise<Answer> {
  return postForm(`${url}/oauth/token`, { grant_type: 'client_credentials', client_id, client_secret }, { 'x-forwarded-for': address });
}

const inside = (...allowed_ips: string[]): Promise<PrincipalMade> => operator.aServicePrincipal(orgId, { allowed_ips });

// Seen to fail when isAllowedSource answered true for everybody.
describe('allowed_ips at the token endpoint', () => {
  it.each([
    ['203.0.113.0/24', '203.0.113.7', '203.0.114.7'],
    ['203.0.113.7', '203.0.113.7', '203.0.113.8'],
    ['2001:db8::/32', '2001:db8:1::5', '2001:db9::1'],
    ['203.0.113.0/24', '::ffff:203.0.113.7', '::ffff:203.0.114.7'],
    ['0.0.0.0/0', '8.8.8.8', '2001:db8::1'],
  ])('with %s, %s gets a token and %s does not', async (network, allowed, refused) => {
    const principal = await inside(network);
    expect((await tokenFrom(allowed, principal)).status).toBe(200);
    expect((await tokenFrom(refused, principal)).status).toBe(401);
  });

  it('401 invalid_client like a wrong secret, so that a thief does not learn that the secret is right', async () => {
    const principal = await inside('203.0.113.0/24');
    const outside = await tokenFrom('198.51.100.1', principal);
    const wrong = await tokenFrom('203.0.113.7', { ...principal, client_secret: 'csn_secret_wrong' });
    expect(outside.status).toBe(401);
    expect(outside.text).toBe(wrong.text);
  });

  it('several networks: one is enough; none: any address', async () => {
    const principal = await inside('10.0.0.0/8', '192.0.2.1');
    expect((await tokenFrom('192.0.2.1', principal)).status).toBe(200);
    expect((await tokenFrom('10.9.8.7', principal)).status).toBe(200);
    await api.patch(`/v1/orgs/${orgId}/service-principals/${principal.id}`, { allowed_ips: [] });
    expect((await tokenFrom('198.51.100.1', principal)).status).toBe(200);
  });

  it('a change counts for the very next request', async () => {
    const principal = await inside();
    expect((await tokenFrom('198.51.100.1', principal)).status).toBe(200);
    await api.patch(`/v1/orgs/${orgId}/service-principals/${principal.id}`, { allowed_ips: ['203.0.113.0/24'] });
    expect((await tokenFrom('198.51.100.1', principal)).status).toBe(401);
  });

  it('only the address that the trusted proxy saw counts, not what the client wrote before it', async () => {
    const principal = await inside('203.0.113.0/24');
    expect((await tokenFrom('203.0.113.7, 198.51.100.1', principal)).status).toBe(401);
    expect((await tokenFrom('198.51.100.1, 203.0.113.7', principal)).status).toBe(200);
  });

  it('without trusted proxies the header counts for nothing', async () => {
    const replica = await server.replica({ TRUSTED_PROXIES: '' });
    expect((await tokenFrom('203.0.113.7', await inside('203.0.113.0/24'), replica.url)).status).toBe(401);
    expect((await tokenFrom('203.0.113.7', await inside('127.0.0.1'), replica.url)).status).toBe(200);
  });

  it('the audit names the address that counts', async () => {
    const principal = await inside();
    await tokenFrom('198.51.100.77', principal);
    const [event] = await api.all<{ ip: string }>(`/v1/audit-events?actor=${principal.id}&action=token.issued`);
    expect(event?.ip).toBe('198.51.100.77');
  });

  it('a token that was got inside works from outside: the networks are of the token endpoint', async () => {
    const principal = await operator.aServicePrincipal(orgId, { allowed_ips: ['127.0.0.1'] });
    expect(await tokenOf(server.url, principal)).toBeTruthy();
  });
});

describe('allowed_ips as they are written', () => {
  it('201 keeps networks and makes networks of single addresses', async () => {
    const principal = await inside('10.0.0.0/8', '1.2.3.4', '::1', 'fe80::/10');
    const { body } = await api.get(`/v1/orgs/${orgId}/service-principals/${principal.id}`);
    expect(body['allowed_ips']).toEqual(['10.0.0.0/8', '1.2.3.4/32', '::1/128', 'fe80::/10']);
  });

  it.each([
    [['10.0/8']],
    [['0x7f.1']],
    [['2130706433']],
    [['010.0.0.1']],
    [['10.0.0.0/33']],
    [['::1/129']],
    [['example.com']],
    [['']],
    [[1]],
    [[null]],
    ['10.0.0.0/8'],
    [null],
    [['10.0.0.0/8', '10.0.0.0/8']],
  ])('422 for %j', async (allowed_ips) => {
    const path = `/v1/orgs/${orgId}/service-principals`;
    expect(refusalOf(await api.post(path, { name: 'x', grants: [], allowed_ips }))).toEqual([422, 'validation_failed']);
  });
});
