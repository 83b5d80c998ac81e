import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import {
  admit,
  anApp,
  ask,
  codeFor,
  credentials,
  interactionOf,
  locationOf,
  pkce,
  READ,
  redeem,
  REDIRECT_URI,
  REPORTS,
  type AppMade,
} from '../support/delegation.js';
import { postForm, type Answer } from '../support/requests.js';
import { aPerson, type PersonMade } from '../support/visitor.js';

let server: TestServer;
let operator: Operator;
let app: AppMade;
let native: AppMade;
let person: PersonMade;
const LOOPBACK = 'http://127.0.0.1/callback';

beforeAll(async () => {
  server = await startTestServer();
  operator = await Operator.of(server);
  app = await anApp(operator);
  native = await anApp(operator, { name: 'On a computer', client_type: 'public', redirect_uris: [LOOPBACK] });
  await admit(operator, server.orgs[0].id, { app_ids: [app.id, native.id] });
  person = await aPerson(operator, server.orgs[0].id);
});
afterAll(() => server.stop());

function refusal(answer: Answer): unknown {
  return [answer.status, answer.body['error']];
}

describe('RFC 7636 §4.5 a code and its verifier', () => {
  it('200 CODE-5 with the verifier and challenge of Appendix B', async () => {
    const proof = { verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk', challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' };
    expect((await redeem(server.url, app, await codeFor(person.browser, app, proof), proof)).status).toBe(200);
  });

  it('200 with a token for the person, in their organization, on the consent that was given', async () => {
    const proof = pkce();
    const code = await codeFor(person.browser, app, proof, { scope: `openid ${READ}` });
    const answer = await redeem(server.url, app, code, proof);
    expect(answer.body).toEqual({
      access_token: expect.any(String) as string,
      token_type: 'Bearer',
      expires_in: 3600,
      scope: READ,
      refresh_token: expect.stringMatching(/^csn_rt_[0-9A-Za-z]{49}$/) as string,
    });
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const claims = decodeJwt(String(answer.body['access_token']));
    expect(claims).toMatchObject({
      iss: server.url,
      sub: person.userId,
      aud: `${server.url}/analytics`,
      client_id: app.client_id,
      org_id: server.orgs[0].id,
      principal_type: 'app',
      scope: READ,
      root: claims.jti,
      grant: expect.stringMatching(/^con_/) as string,
      auth_time: expect.any(Number) as number,
      acr: expect.any(String) as string,
      amr: ['pwd'],
    });
  });

  it('200 for a public app without any credential, whatever port it listens on', async () => {
    const proof = pkce();
    const more = { redirect_uri: 'http://127.0.0.1:49152/callback' };
    const code = await codeFor(person.browser, native, proof, more);
    expect((await redeem(server.url, native, code, proof)).status).toBe(200);
  });

  it('200 T7 with the redirect URI of the request; 400 with another one, and the code is still good', async () => {
    const proof = pkce();
    const code = await codeFor(person.browser, app, proof);
    expect(refusal(await redeem(server.url, app, code, proof, { redirect_uri: `${REDIRECT_URI}/` }))).toEqual([400, 'invalid_grant']);
    expect((await redeem(server.url, app, code, proof, { redirect_uri: REDIRECT_URI })).status).toBe(200);
  });

  it.each([
    ['none', ''],
    ['42 characters', 'a'.repeat(42)],
    ['129 characters', 'a'.repeat(129)],
    ['a space in it', `${'a'.repeat(43)} `],
    ['other letters', 'é'.repeat(43)],
  ])('400 CODE-1 invalid_request for a verifier of %s', async (_, verifier) => {
    const proof = pkce();
    const code = await codeFor(person.browser, app, proof);
    expect(refusal(await redeem(server.url, app, code, { verifier }))).toEqual([400, 'invalid_request']);
    expect((await redeem(server.url, app, code, proof)).status).toBe(200);
  });

  it('400 CODE-1 invalid_request without a code; 400 CODE-3 invalid_grant for one that never was', async () => {
    const { verifier } = pkce();
    const url = `${server.url}/oauth/token`;
    const form = { grant_type: 'authorization_code', code_verifier: verifier, ...credentials(app) };
    expect(refusal(await postForm(url, form))).toEqual([400, 'invalid_request']);
    expect(refusal(await postForm(url, { ...form, code: 'x' }))).toEqual([400, 'invalid_grant']);
    expect(refusal(await postForm(url, { ...form, code: `csn_code_${'0'.repeat(49)}` }))).toEqual([400, 'invalid_grant']);
  });

  it('400 CODE-2 invalid_grant for another verifier, or for the challenge itself', async () => {
    const proof = pkce();
    const code = await codeFor(person.browser, app, proof);
    expect(refusal(await redeem(server.url, app, code, pkce()))).toEqual([400, 'invalid_grant']);
    expect(refusal(await redeem(server.url, app, code, { verifier: proof.challenge }))).toEqual([400, 'invalid_grant']);
    expect((await redeem(server.url, app, code, proof)).status).toBe(200);
  });

  it('400 AZ-19 invalid_grant after 60 seconds', async () => {
    const proof = pkce();
    const code = await codeFor(person.browser, app, proof);
    await server.sql(`UPDATE authorization_codes SET redeemable_until = now() WHERE redeemed_at IS NULL`);
    expect(refusal(await redeem(server.url, app, code, proof))).toEqual([400, 'invalid_grant']);
  });

  it('400 RFC 8707 invalid_target for another API than that of the code, and the code is still good', async () => {
    const proof = pkce();
    const code = await codeFor(person.browser, app, proof);
    expect(refusal(await redeem(server.url, app, code, proof, { audience: `${server.url}/v1` }))).toEqual([400, 'invalid_target']);
    expect((await redeem(server.url, app, code, proof, { resource: `${server.url}/analytics` })).status).toBe(200);
  });

  it('400 CC-1 unauthorized_client: an app gets nothing for itself', async () => {
    const url = `${server.url}/oauth/token`;
    for (const each of [app, native])
      expect(refusal(await postForm(url, { grant_type: 'client_credentials', ...credentials(each) }))).toEqual([
        400,
        'unauthorized_client',
      ]);
  });

  it('401 for a confidential app that does not prove itself, and for a public one that pretends to', async () => {
    const proof = pkce();
    const code = await codeFor(person.browser, app, proof);
    const { client_secret: _, ...unproven } = app;
    expect(refusal(await redeem(server.url, unproven, code, proof))).toEqual([401, 'invalid_client']);
    expect(refusal(await redeem(server.url, { ...native, client_secret: 'x' }, code, proof))).toEqual([401, 'invalid_client']);
  });

  it('only digests are stored, of codes and of refresh tokens', async () => {
    const proof = pkce();
    const code = await codeFor(person.browser, app, proof);
    const { refresh_token } = (await redeem(server.url, app, code, proof)).body;
    const [dump] = await server.sql<{ text: string }>(
      `SELECT (SELECT string_agg(c::text, '') FROM authorization_codes c) || (SELECT string_agg(f::text, '') FROM refresh_families f)
           || (SELECT coalesce(string_agg(a::text, ''), '') FROM refresh_answers a) || (SELECT string_agg(e::text, '') FROM audit_events e) AS text`,
    );
    for (const secret of [code, String(refresh_token)]) {
      expect(dump?.text).not.toContain(secret);
      expect(dump?.text).not.toContain(Buffer.from(secret).toString('hex'));
    }
  });

  it('RFC 8252 §7.3 of scopes that are unticked the token has none', async () => {
    const owner = await aPerson(operator, server.orgs[0].id);
    const proof = pkce();
    const code = await codeFor(owner.browser, app, proof, {}, { scopes: [REPORTS] });
    expect((await redeem(server.url, app, code, proof)).body['scope']).toBe(REPORTS);
    // What was not allowed is asked for again.
    expect(locationOf(await ask(owner.browser, app, pkce())).pathname).toBe('/consent');
    expect(interactionOf(await ask(owner.browser, app, pkce()))).not.toBe('');
    expect(locationOf(await ask(owner.browser, app, pkce(), { scope: REPORTS })).searchParams.has('code')).toBe(true);
  });
});
