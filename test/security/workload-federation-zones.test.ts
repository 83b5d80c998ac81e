import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { audienceOf, authenticate, exchange, JWT_BEARER } from '../support/federation.js';
import {
  aCallPolicy,
  aMicroservice,
  ASSERTION_TYPE,
  postFormTls,
  type MicroserviceMade,
  type TlsAnswer,
} from '../support/internal-zone.js';
import { WorkloadIssuer } from '../support/workload-issuer.js';

const CALL = { audience: 'dashboards', scope: 'write:rollups' };
let server: TestServer;
let operator: Operator;
let cluster: WorkloadIssuer;
let service: MicroserviceMade;
let rule: { id: string };

beforeAll(async () => {
  server = await startTestServer();
  operator = await Operator.of(server);
  cluster = await WorkloadIssuer.start();
  service = await aMicroservice(operator, 'event-processing');
  await aCallPolicy(operator, { caller: service.name, target: 'dashboards', scopes: ['write:rollups'], org_mode: 'any' });
  const rules = [{ claims: { sub: 'system:serviceaccount:billing:exporter' }, principal: service.id }];
  const made = await operator.create<{ rules: { id: string }[] }>('/v1/trusted-issuers', { issuer: cluster.url, rules });
  rule = made.rules[0] ?? { id: '' };
});
afterAll(async () => {
  await cluster.stop();
  await server.stop();
});

const inside = (form: Record<string, string>): Promise<TlsAnswer> =>
  postFormTls(server, `${server.internalUrl}/oauth/token`, { ...CALL, ...form });
const asGrant = (assertion: string): Record<string, string> => ({ grant_type: JWT_BEARER, assertion });
const asClient = (client_assertion: string): Record<string, string> => ({
  grant_type: 'client_credentials',
  client_assertion_type: ASSERTION_TYPE,
  client_assertion,
});

describe('a pod of the own cluster becomes a microservice', () => {
  it.each([asGrant, asClient])('200 at the internal token endpoint, for what its call policy allows (%o)', async (form) => {
    const org = server.orgs[0].id;
    const answer = await inside({ ...form(await cluster.kubernetes(server.internalUrl)), org_id: org });
    expect(answer.text).toContain('access_token');
    expect(decodeJwt(String(answer.body['access_token']))).toMatchObject({
      iss: server.internalUrl,
      sub: service.name,
      aud: 'dashboards',
      scope: 'write:rollups',
      principal_type: 'microservice',
      org_id: org,
      cred: rule.id,
    });
  });

  it('400 invalid_target for what no call policy allows', async () => {
    const answer = await inside({ ...asGrant(await cluster.kubernetes(server.internalUrl)), audience: 'export', scope: 'start:export' });
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_target']);
  });
});

describe('the zones never mix', () => {
  it('400 and 401 outside for a microservice, whichever zone the JWT is for', async () => {
    for (const aud of [server.url, server.internalUrl]) {
      expect((await exchange(server.url, await cluster.kubernetes(aud))).body['error']).toBe('invalid_grant');
      expect((await authenticate(server.url, await cluster.kubernetes(aud))).status).toBe(401);
    }
  });

  it('400 and 401 inside for a JWT that is for the public zone or for an organization', async () => {
    for (const aud of [server.url, audienceOf(server.url, server.orgs[0].id), `${server.internalUrl}/orgs/${server.orgs[0].id}`]) {
      expect((await inside(asGrant(await cluster.kubernetes(aud)))).body['error']).toBe('invalid_grant');
      expect((await inside(asClient(await cluster.kubernetes(aud)))).status).toBe(401);
    }
  });
});
