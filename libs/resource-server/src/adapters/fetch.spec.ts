import { testIssuer, type TestIssuer } from '@countersign/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { LocalJwks, ResourceRequestRefused, ResourceServer, type AccessDecision, type RefusalContext } from '../index.js';
import { fetchAdapter, type FetchAdapter } from './fetch.js';

const URL_OF_IT = 'https://api.example/analytics/reports';

describe('fetchAdapter', () => {
  let issuer: TestIssuer;
  let adapter: FetchAdapter;
  let contexts: RefusalContext[];

  beforeEach(async () => {
    contexts = [];
    issuer = await testIssuer({ audience: 'https://api.example/analytics', alg: 'ES256' });
    const keys = await LocalJwks.from(issuer.jwks);
    const onRefused = (_: unknown, context: RefusalContext): void => void contexts.push(context);
    adapter = fetchAdapter(new ResourceServer({ issuer: issuer.issuer, audience: 'https://api.example/analytics', keys, onRefused }));
  });

  const authorized = async () =>
    new Request(URL_OF_IT, { headers: { authorization: `Bearer ${await issuer.tokenFor({ scopes: ['read:reports'] })}` } });

  it('returns the caller, or throws what refusal answers', async () => {
    const authorize = adapter.requireScopes('read:reports', { operation: 'reports.list' });
    expect(await authorize(await authorized())).toMatchObject({ orgId: 'org_test' });
    const error: unknown = await authorize(new Request(URL_OF_IT)).catch((thrown: unknown) => thrown);
    const answer = adapter.refusal(error);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('scope="read:reports"');
    const { request_id: requestId } = (await answer.json()) as { request_id: string };
    expect(contexts).toEqual([{ audience: 'https://api.example/analytics', operation: 'reports.list', requestId }]);
  });

  it('throws on what is no refusal, of the handler or of ours', async () => {
    const bug = new Error('bug');
    expect(() => adapter.refusal(bug)).toThrow(bug);
    const handler = adapter.protect(adapter.requireScopes('read:reports'), () => Promise.reject(bug));
    await expect(handler(await authorized())).rejects.toBe(bug);
  });

  it('hands a refusal that a handler throws to the application: it is of another API', async () => {
    const handler = adapter.protect(adapter.requireScopes('read:reports'), () => {
      throw new ResourceRequestRefused('invalid_token', 'Of the API behind this one.');
    });
    await expect(handler(await authorized())).rejects.toBeInstanceOf(ResourceRequestRefused);
  });

  it('gives a handler what its framework gives beside the request', async () => {
    const handler = adapter.protect(adapter.requireScopes('read:reports'), (_request, { clientId }, context: { id: string }) =>
      Response.json([clientId, context.id]),
    );
    expect(await (await handler(await authorized(), { id: 'rep_1' })).json()).toEqual(['sp_test', 'rep_1']);
  });

  it('answers a preflight of the document, and no other method', () => {
    const ask = (method: string) => adapter.metadata(new Request('http://x/.well-known/oauth-protected-resource/analytics', { method }));
    expect([ask('OPTIONS')?.status, ask('HEAD')?.status, ask('POST')]).toEqual([204, 200, undefined]);
  });

  it('guards an internal API, whose name has no document', async () => {
    const keys = await LocalJwks.from(issuer.jwks);
    const internal = fetchAdapter(new ResourceServer({ issuer: issuer.issuer, audience: 'billing', keys }));
    const token = await issuer.tokenFor({ audience: 'billing', scopes: ['read:reports'] });
    const request = new Request('http://x/invoices', { headers: { authorization: `Bearer ${token}` } });
    expect(await internal.requireScopes('read:reports')(request)).toMatchObject({ orgId: 'org_test' });
    await expect(internal.requireScopes('read:reports')(await authorized())).rejects.toBeInstanceOf(ResourceRequestRefused);
    expect(internal.metadata(new Request('http://x/.well-known/oauth-protected-resource'))).toBeUndefined();
  });

  it('a decision belongs to the trace of its request (W3C Trace Context)', async () => {
    const decisions: AccessDecision[] = [];
    const keys = await LocalJwks.from(issuer.jwks);
    const onDecision = (decision: AccessDecision): void => void decisions.push(decision);
    const traced = fetchAdapter(new ResourceServer({ issuer: issuer.issuer, audience: 'https://api.example/analytics', keys, onDecision }));
    const request = await authorized();
    request.headers.set('traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01');
    request.headers.set('tracestate', 'vendor=1');
    await traced.requireScopes('read:reports')(request);
    expect(decisions[0]?.trace).toMatchObject({ traceId: '4bf92f3577b34da6a3ce929d0e0e4736', traceState: 'vendor=1' });
  });

  // RFC 8705 §3: what proves the key is not there to be looked at.
  it('refuses a token that is bound to a certificate', async () => {
    const token = await issuer.tokenFor({ scopes: ['read:reports'], claims: { cnf: { 'x5t#S256': 'A'.repeat(43) } } });
    const headers = { authorization: `Bearer ${token}`, 'client-cert': ':AAAA:' };
    await expect(adapter.requireScopes('read:reports')(new Request(URL_OF_IT, { headers }))).rejects.toMatchObject({
      code: 'invalid_token',
    });
  });

  it('requireScopes throws without a scope', () => {
    expect(() => (adapter.requireScopes as () => void)()).toThrow(TypeError);
  });
});
