import { beforeAll, describe, expect, it } from 'vitest';
import { testIssuer, type TestIssuer } from '@countersign/testing';
import type { AccessDecision } from './access-decision.js';
import { callerServiceOf, logMembersOf } from './decision-log.js';
import { LocalJwks } from './local-jwks.js';
import { ResourceServer } from './resource-server.js';

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
let issuer: TestIssuer;
let server: ResourceServer;
const decisions: AccessDecision[] = [];

beforeAll(async () => {
  issuer = await testIssuer({ audience: 'https://api.example', alg: 'ES256' });
  const keys = await LocalJwks.from(issuer.jwks);
  server = new ResourceServer({
    issuer: issuer.issuer,
    audience: 'https://api.example',
    keys,
    onDecision: (decision) => void decisions.push(decision),
  });
});

describe('the log members of a decision', () => {
  it('say who called what, for which organization, in which request and trace, and nothing secret', async () => {
    const token = await issuer.tokenFor({ scopes: ['read:x'], org: 'org_a' });
    const headers = { authorization: `Bearer ${token}`, traceparent };
    await server.authorize({ method: 'GET', url: '/', headers }, { scopes: ['read:x'], operation: 'X.read', requestId: 'r-1' });
    const members = logMembersOf(decisions.at(-1)!);
    expect(members).toEqual({
      target_service: 'https://api.example',
      operation: 'X.read',
      org_id: 'org_a',
      client_id: 'sp_test',
      request_id: 'r-1',
      trace_id: '4bf92f3577b34da6a3ce929d0e0e4736',
      span_id: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    });
    expect(JSON.stringify(members)).not.toContain(token.split('.')[2]);
  });

  it('are there for a refusal, also without HTTP', async () => {
    await expect(server.verifyToken('nonsense', { scopes: ['read:x'], operation: 'X.read' })).rejects.toThrow();
    expect(logMembersOf(decisions.at(-1)!)).toEqual({ target_service: 'https://api.example', operation: 'X.read' });
  });

  it.each([
    ['microservice', { sub: 'billing' }, 'billing'],
    ['microservice', { sub: 'sp_1', act: { sub: 'billing', act: { sub: 'gateway' } } }, 'billing'],
    ['service_principal', { sub: 'sp_1' }, undefined],
  ] as const)('name the service that sent the token: %s %j is %s', (principal_type, claims, service) => {
    expect(callerServiceOf({ principal_type, ...claims })).toBe(service);
  });
});
