import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { startTestServer, type DemoCredential, type TestServer } from '../support/countersign.js';
import { admit, anApp, diesWithin2s, refresh, tokensFor, works, type Tokens } from '../support/delegation.js';
import { basic, call, postForm, tokenOf, type Answer } from '../support/requests.js';
import { aPerson } from '../support/visitor.js';

let server: TestServer;
let owner: DemoCredential;
let stranger: DemoCredential;

beforeAll(async () => {
  server = await startTestServer();
  [owner, stranger] = [server.orgs[0].service_principals[0]!, server.orgs[1].service_principals[0]!];
});
afterAll(() => server.stop());

function revoke(token: string, by: DemoCredential, more: Record<string, string> = {}): Promise<Answer> {
  return postForm(`${server.url}/oauth/revoke`, { token, ...more }, { authorization: basic(by) });
}

async function statusAt(url: string, token: string): Promise<number> {
  return (await call('GET', `${url}/analytics/v1/account`, token)).status;
}

// Seen to fail when RevocationList.isRevoked always answers false.
describe('RFC 7009 revocation', () => {
  it('200 with an empty body, and the very next request with the token is 401', async () => {
    const token = await tokenOf(server.url, owner);
    expect(await statusAt(server.url, token)).toBe(200);
    const answer = await revoke(token, owner);
    expect({ status: answer.status, text: answer.text }).toEqual({ status: 200, text: '' });
    expect(await statusAt(server.url, token)).toBe(401);
  });

  it('only the one token dies', async () => {
    const [one, another] = [await tokenOf(server.url, owner), await tokenOf(server.url, owner)];
    await revoke(one, owner);
    expect(await statusAt(server.url, another)).toBe(200);
  });

  it('200 again for a revoked, unknown, expired or garbled token and for a wrong hint', async () => {
    const token = await tokenOf(server.url, owner);
    await revoke(token, owner);
    for (const value of [token, 'garbage', 'a.b.c', `${token}x`]) {
      expect((await revoke(value, owner, { token_type_hint: 'refresh_token' })).status).toBe(200);
    }
  });

  it('400 invalid_grant for a token of another client, which goes on working', async () => {
    const token = await tokenOf(server.url, owner);
    const answer = await revoke(token, stranger);
    expect({ status: answer.status, error: answer.body['error'] }).toEqual({ status: 400, error: 'invalid_grant' });
    expect(await statusAt(server.url, token)).toBe(200);
  });

  it('400 unsupported_token_type for what would go on working whatever is answered, and for whoever sends it', async () => {
    const jwt = (typ: string): string => `${Buffer.from(JSON.stringify({ alg: 'RS256', typ })).toString('base64url')}.e30.c2ln`;
    for (const value of [jwt('JWT'), 'csn_key_live_0000000000', owner.client_secret]) {
      const answer = await revoke(value, owner);
      expect([answer.status, answer.body['error']]).toEqual([400, 'unsupported_token_type']);
    }
    expect((await revoke(await tokenOf(server.url, owner), owner)).status).toBe(200);
  });

  it('200 for a public client by its name alone: its own tokens, and nobody else’s', async () => {
    const operator = await Operator.of(server);
    const [app, other] = [await anApp(operator, { client_type: 'public' }), await anApp(operator, { client_type: 'public' })];
    await admit(operator, server.orgs[0].id, { app_ids: [app.id, other.id] });
    const { browser } = await aPerson(operator, server.orgs[0].id);
    const { access_token, refresh_token } = await tokensFor(browser, app);
    const give = (token: string, { client_id }: { client_id: string }): Promise<Answer> =>
      postForm(`${server.url}/oauth/revoke`, { token, client_id });
    for (const token of [access_token, refresh_token]) {
      const { status, body } = await give(token, other);
      expect([status, body['error']]).toEqual([400, 'invalid_grant']);
    }
    expect(await works(server.url, access_token)).toBe(true);
    expect((await give(access_token, app)).status).toBe(200);
    await diesWithin2s(server.url, access_token);
    // RFC 7009 §2.1: one access token is one; the family goes with the refresh token.
    const next = (await refresh(server.url, app, refresh_token)).body as unknown as Tokens;
    expect((await give(next.refresh_token, app)).status).toBe(200);
    await diesWithin2s(server.url, next.access_token);
    expect((await refresh(server.url, app, next.refresh_token)).body['error']).toBe('invalid_grant');
  });

  it('400 without a token, 401 without a client, 405 for GET', async () => {
    expect((await postForm(`${server.url}/oauth/revoke`, {}, { authorization: basic(owner) })).body['error']).toBe('invalid_request');
    expect((await postForm(`${server.url}/oauth/revoke`, { token: 'x' })).body['error']).toBe('invalid_client');
    expect((await fetch(`${server.url}/oauth/revoke`)).status).toBe(405);
  });

  it('other replicas refuse within 2 s', async () => {
    const replica = await server.replica();
    const token = await tokenOf(server.url, owner);
    expect(await statusAt(replica.url, token)).toBe(200);
    await revoke(token, owner);
    const deadline = Date.now() + 2_000;
    let status = 200;
    while (status === 200 && Date.now() < deadline) status = await statusAt(replica.url, token);
    expect(status).toBe(401);
  });

  it('a replica that lost its notifications still refuses within 2 s, by the version poll', async () => {
    const replica = await server.replica({ DATABASE_LISTEN_URL: server.files.runtimeUrl });
    const token = await tokenOf(server.url, owner);
    expect(await statusAt(replica.url, token)).toBe(200);
    // A revocation whose NOTIFY never happened: only the version row tells.
    await server.sql(
      `WITH dead AS (INSERT INTO revocations (kind, value, expires_at) VALUES ('client', $1, now() + interval '1 hour') RETURNING 1)
      UPDATE change_versions SET version = version + 1 WHERE topic = 'revocations'`,
      [owner.client_id],
    );
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(await statusAt(replica.url, token)).toBe(401);
  });

  it('a token revoked before a restart stays dead after it', async () => {
    const token = await tokenOf(server.url, stranger);
    await revoke(token, stranger);
    const replica = await server.replica();
    expect(await statusAt(replica.url, token)).toBe(401);
  });

  it('writes one audit event that names client and token, in the same transaction', async () => {
    const token = await tokenOf(server.url, stranger);
    await revoke(token, stranger);
    const rows = await server.sql<{ count: string }>(
      `SELECT count(*) FROM audit_events a JOIN revocations r ON r.value = a.target_id WHERE a.action = 'token.revoked' AND a.actor_id = $1`,
      [stranger.client_id],
    );
    expect(Number(rows[0]?.count)).toBeGreaterThan(0);
  });
});
