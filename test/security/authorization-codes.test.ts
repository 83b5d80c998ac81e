import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import {
  aDraft,
  admit,
  anApp,
  answerOf,
  ask,
  asked,
  choose,
  codeFor,
  diesWithin2s,
  interactionOf,
  locationOf,
  pkce,
  READ,
  redeem,
  REDIRECT_URI,
  refresh,
  REPORTS,
  submit,
  works,
  type AppMade,
} from '../support/delegation.js';
import { call, type Answer } from '../support/requests.js';
import { aClientKey } from '../support/public-keys.js';
import { aPerson, Visitor, type PersonMade } from '../support/visitor.js';

let server: TestServer;
let operator: Operator;
let app: AppMade;
let other: AppMade;
let native: AppMade;
let person: PersonMade;
let orgId: string;
const LOOPBACK = ['http://127.0.0.1/cb', 'http://[::1]/cb', 'http://localhost/cb', 'https://127.0.0.1/cb'];

beforeAll(async () => {
  server = await startTestServer();
  operator = await Operator.of(server);
  orgId = server.orgs[0].id;
  [app, other] = [await anApp(operator), await anApp(operator, { name: 'Another' })];
  native = await anApp(operator, { name: 'On a computer', client_type: 'public', redirect_uris: LOOPBACK });
  await admit(operator, orgId, { app_ids: [app.id, other.id, native.id] });
  person = await aPerson(operator, orgId);
});
afterAll(() => server.stop());

function refusal(answer: Answer): unknown {
  return [answer.status, answer.body['error']];
}

async function eventsOf(action: string): Promise<Record<string, unknown>[]> {
  return server.sql(`SELECT org_id, actor_id, target_id, result, details FROM audit_events WHERE action = $1 ORDER BY id`, [action]);
}

describe('attack 17: a code is used twice', () => {
  // Seen to fail when judgeRedemption does not ask whether the code was redeemed.
  it('400, and what came of the first use is dead within 2 s', async () => {
    const proof = pkce();
    const code = await codeFor(person.browser, app, proof);
    const first = (await redeem(server.url, app, code, proof)).body as { access_token: string; refresh_token: string };
    expect(await works(server.url, first.access_token)).toBe(true);
    expect(refusal(await redeem(server.url, app, code, proof))).toEqual([400, 'invalid_grant']);
    await diesWithin2s(server.url, first.access_token);
    expect(refusal(await refresh(server.url, app, first.refresh_token))).toEqual([400, 'invalid_grant']);
    const [event] = (await eventsOf('authorization_code.reused')).slice(-1);
    expect(event).toMatchObject({ org_id: orgId, actor_id: app.client_id, result: 'failure', details: { user_id: person.userId } });
  });

  it('a third use writes no second event', async () => {
    const proof = pkce();
    const code = await codeFor(person.browser, app, proof);
    const before = (await eventsOf('authorization_code.reused')).length;
    for (let i = 0; i < 4; i++) await redeem(server.url, app, code, proof);
    expect(await eventsOf('authorization_code.reused')).toHaveLength(before + 1);
  });
});

describe('a request for tokens that comes twice, or whose answer never left', () => {
  // Seen to fail when the assertion is claimed with the audit row, after the code or token was judged.
  it('401 for the same bytes again: the assertion was used, and nothing that came of the first ends', async () => {
    const { privateKey, kid, jwks } = await aClientKey('ES256');
    const careful = await anApp(operator, { auth_method: 'private_key_jwt', jwks });
    await admit(operator, orgId, { app_ids: [app.id, other.id, native.id, careful.id] });
    const withAssertion = async (): Promise<Record<string, string>> => ({
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await new SignJWT({ iss: careful.client_id, sub: careful.client_id, aud: server.url, jti: randomUUID() })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setExpirationTime('1 min')
        .sign(privateKey),
    });
    const proof = pkce();
    const code = await codeFor(person.browser, careful, proof);
    const redeeming = await withAssertion();
    const first = (await redeem(server.url, careful, code, proof, redeeming)).body as { access_token: string; refresh_token: string };
    expect(refusal(await redeem(server.url, careful, code, proof, redeeming))).toEqual([401, 'invalid_client']);
    const refreshing = await withAssertion();
    const second = (await refresh(server.url, careful, first.refresh_token, refreshing)).body as { refresh_token: string };
    await server.sql('UPDATE refresh_answers SET expires_at = now()');
    expect(refusal(await refresh(server.url, careful, first.refresh_token, refreshing))).toEqual([401, 'invalid_client']);
    expect(await works(server.url, first.access_token)).toBe(true);
    expect((await refresh(server.url, careful, second.refresh_token, await withAssertion())).status).toBe(200);
  });

  // Seen to fail when the audit row is written after the code is used up.
  it('503 where the audit cannot be written; the next try is the first one', async () => {
    const [proof, quiet] = [pkce(), await anApp(operator, { name: 'Not to be recorded' })];
    await admit(operator, orgId, { app_ids: [app.id, other.id, native.id, quiet.id] });
    const code = await codeFor(person.browser, quiet, proof);
    const whileTheAuditFails = async (request: () => Promise<Answer>): Promise<number> => {
      await server.sql(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'full'; END $$`);
      await server.sql(
        `CREATE TRIGGER refuse BEFORE INSERT ON audit_events FOR EACH ROW WHEN (NEW.actor_id = '${quiet.client_id}') EXECUTE FUNCTION refuse()`,
      );
      const { status } = await request();
      await server.sql('DROP FUNCTION refuse CASCADE');
      return status;
    };
    expect(await whileTheAuditFails(() => redeem(server.url, quiet, code, proof))).toBe(503);
    const tokens = (await redeem(server.url, quiet, code, proof)).body as { refresh_token: string };
    expect(await whileTheAuditFails(() => refresh(server.url, quiet, tokens.refresh_token))).toBe(503);
    expect((await refresh(server.url, quiet, tokens.refresh_token)).status).toBe(200);
    const issued = await server.sql(`SELECT FROM audit_events WHERE actor_id = $1 AND action LIKE 'token.%'`, [quiet.client_id]);
    expect(issued).toHaveLength(2);
  });
});

describe('attack 18: a stolen code', () => {
  it('400 for another app, or without the verifier, and its owner can still use it', async () => {
    const proof = pkce();
    const code = await codeFor(person.browser, app, proof);
    expect(refusal(await redeem(server.url, other, code, proof))).toEqual([400, 'invalid_grant']);
    expect(refusal(await redeem(server.url, native, code, proof))).toEqual([400, 'invalid_grant']);
    expect(refusal(await redeem(server.url, app, code, pkce()))).toEqual([400, 'invalid_grant']);
    const tokens = (await redeem(server.url, app, code, proof)).body as { access_token: string };
    // Nor is a used one good for stopping its owner.
    await redeem(server.url, other, code, proof);
    await redeem(server.url, app, code, pkce());
    expect(await works(server.url, tokens.access_token)).toBe(true);
  });
});

describe('attack 19: fifty redemptions at once', () => {
  // Seen to fail when redeem does not ask for redeemed_at IS NULL.
  it('exactly one 200, and its tokens end revoked', async () => {
    const proof = pkce();
    const code = await codeFor(person.browser, app, proof);
    const answers = await Promise.all(Array.from({ length: 50 }, () => redeem(server.url, app, code, proof)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect(answers.filter(({ status }) => status !== 200).every((answer) => answer.body['error'] === 'invalid_grant')).toBe(true);
    for (const { body } of won) {
      await diesWithin2s(server.url, String(body['access_token']));
      expect((await refresh(server.url, app, String(body['refresh_token']))).status).toBe(400);
    }
  });
});

describe('attack 21: redirect URIs that look alike', () => {
  it.each([
    `${REDIRECT_URI}/more`,
    `${REDIRECT_URI}/`,
    `${REDIRECT_URI}?x=1`,
    `${REDIRECT_URI}#x`,
    'https://partner.example/a/../callback',
    'https://partner.example/%63allback',
    'https://partner.example%2fcallback',
    'https://partner.example:8443/callback',
    'https://partner.example:443/callback',
    'https://PARTNER.example/callback',
    'https://x.partner.example/callback',
    'https://partner.example.evil.example/callback',
    'https://partner.example@evil.example/callback',
    'https://good@partner.example/callback',
    'https://partner.example\\callback',
    'https://partner.example//callback',
    '//partner.example/callback',
    'http://partner.example/callback',
    'https://pаrtner.example/callback',
    `${REDIRECT_URI}\r\nLocation: https://evil.example`,
  ])('400 and no redirect for %j', async (redirect_uri) => {
    const answer = await ask(person.browser, app, pkce(), { redirect_uri });
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
  });
});

describe('attack 22: loopback addresses', () => {
  it.each(['http://127.0.0.1:49152/cb', 'http://127.0.0.1/cb', 'http://[::1]:8080/cb', 'http://localhost:3001/cb'])(
    '303 %s',
    async (redirect_uri) => {
      const answer = await ask(person.browser, native, pkce(), { redirect_uri, response_type: 'token' });
      expect(locationOf(answer).href.startsWith(`${redirect_uri}?error=`)).toBe(true);
    },
  );

  it.each([
    'http://127.0.0.1.evil.example/cb',
    'http://0.0.0.0:8080/cb',
    'http://127.1/cb',
    'http://2130706433/cb',
    'http://[::ffff:127.0.0.1]/cb',
    'https://127.0.0.1:8443/cb',
    'http://127.0.0.1:8080/other',
    'http://localhost.evil.example/cb',
    'http://user@127.0.0.1:8080/cb',
  ])('400 and no redirect for %s', async (redirect_uri) => {
    const answer = await ask(person.browser, native, pkce(), { redirect_uri });
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
  });
});

describe('attack 23: redirect URIs that run something cannot be registered', () => {
  it.each([
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:x',
    'https://a.example/#x',
    'https://*.example.com/',
  ])('422 %s', async (uri) => {
    const answer = await call<{ errors: { location: string }[] }>('POST', `${server.url}/v1/apps`, operator.token, {
      name: 'X',
      kind: 'app',
      publisher: 'X',
      client_type: 'public',
      redirect_uris: ['https://good.example/', uri],
      grants: [{ audience: `${server.url}/analytics`, scopes: [READ] }],
    });
    expect([answer.status, answer.body.errors[0]?.location]).toEqual([422, '/redirect_uris/1']);
  });
});

describe('attack 24: an open redirect through an error', () => {
  it('an app that nobody has reviewed sends nobody anywhere before a person has seen it', async () => {
    const draft = await aDraft(operator, { redirect_uris: ['https://phishing.example/'] });
    for (const more of [{ scope: 'x' }, { prompt: 'none' }, { code_challenge: undefined }, { response_type: 'token' }]) {
      const answer = await ask(person.browser, draft, pkce(), { redirect_uri: 'https://phishing.example/', ...more });
      expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
    }
  });
});

describe('attack 25: mix-up', () => {
  it('every answer names the issuer, the good and the bad ones', async () => {
    const proof = pkce();
    const back = await choose(person.browser, interactionOf(await ask(person.browser, app, proof, { prompt: 'consent' })));
    expect(answerOf(back)['iss']).toBe(server.url);
    expect(answerOf(await ask(person.browser, app, proof, { scope: 'x' }))['iss']).toBe(server.url);
  });
});

describe('attack 27: consent by a form of another site', () => {
  it('403 with a token of another session, and none is good after the person has signed in anew', async () => {
    const owner = await aPerson(operator, orgId);
    const interaction = interactionOf(await ask(owner.browser, app, pkce()));
    const before = (await asked(owner.browser, interaction)).csrf_token;
    await owner.browser.signIn(owner.email, owner.password);
    const answer = await submit(owner.browser, [
      ['csrf_token', before],
      ['interaction', interaction],
      ['decision', 'allow'],
      ['org_id', orgId],
      ['scope', READ],
    ]);
    expect([answer.status, answer.body['code']]).toEqual([403, 'form_expired']);
  });
});

describe('attack 30: a request that began in another browser', () => {
  // Seen to fail when findWaiting does not ask for the browser.
  it('404 to see it or to answer it, though the person is signed in there too', async () => {
    const owner = await aPerson(operator, orgId);
    const interaction = interactionOf(await ask(owner.browser, app, pkce()));
    const victim = new Visitor(server.url);
    await victim.signIn(owner.email, owner.password);
    const seen = await victim.get(`/consent/state?interaction=${interaction}`);
    expect([seen.status, seen.body['code']]).toEqual([404, 'interaction_ended']);
    const answer = await submit(victim, [
      ['csrf_token', (await victim.state()).csrf_token],
      ['interaction', interaction],
      ['decision', 'allow'],
      ['org_id', orgId],
      ['scope', READ],
    ]);
    expect([answer.status, answer.headers.get('location')]).toEqual([404, null]);
    expect((await asked(owner.browser, interaction)).step).toBe('consent');
  });

  it('404 after ten minutes', async () => {
    const interaction = interactionOf(await ask(person.browser, app, pkce(), { prompt: 'consent' }));
    await server.sql('UPDATE authorization_interactions SET expires_at = now()');
    expect((await person.browser.get(`/consent/state?interaction=${interaction}`)).status).toBe(404);
  });
});

describe('attack 31: consent that is skipped', () => {
  // Seen to fail when askedBy does not ask whether the app is public.
  it('a public app is shown to the person each time, though everything was allowed before', async () => {
    const more = { redirect_uri: 'http://127.0.0.1:1024/cb' };
    await codeFor(person.browser, native, pkce(), more);
    expect(locationOf(await ask(person.browser, native, pkce(), more)).pathname).toBe('/consent');
    expect(answerOf(await ask(person.browser, native, pkce(), { ...more, prompt: 'none' }))['error']).toBe('consent_required');
  });

  it('a confidential app is asked about again when scopes or redirect URIs are new', async () => {
    const growing = await anApp(operator, { grants: [{ audience: `${server.url}/analytics`, scopes: [READ] }] });
    await admit(operator, orgId, { app_ids: [app.id, other.id, native.id, growing.id] });
    await codeFor(person.browser, growing, pkce());
    expect(locationOf(await ask(person.browser, growing, pkce())).searchParams.has('code')).toBe(true);
    const moved = 'https://moved.example/callback';
    const patch = (body: object): Promise<Answer> => call('PATCH', `${server.url}/v1/apps/${growing.id}`, operator.token, body);
    expect((await patch({ redirect_uris: [REDIRECT_URI, moved] })).status).toBe(200);
    expect(locationOf(await ask(person.browser, growing, pkce(), { redirect_uri: moved })).pathname).toBe('/consent');
    expect(locationOf(await ask(person.browser, growing, pkce())).searchParams.has('code')).toBe(true);
    expect((await patch({ grants: [{ audience: `${server.url}/analytics`, scopes: [READ, REPORTS] }] })).status).toBe(200);
    expect(locationOf(await ask(person.browser, growing, pkce())).pathname).toBe('/consent');
  });
});

describe('attack 34: prompt=none', () => {
  it('no code for who never allowed anything, signed in or not', async () => {
    const owner = await aPerson(operator, orgId);
    for (const browser of [owner.browser, new Visitor(server.url)])
      expect(answerOf(await ask(browser, app, pkce(), { prompt: 'none' }))).not.toHaveProperty('code');
  });
});

describe('attack 62: fields that nobody may set', () => {
  it.each([{ state: 'approved' }, { id: 'app_1' }, { secret_hash: 'x' }, { org_id: 'x' }, { review_note: 'x' }])(
    '422 %j',
    async (field) => {
      const answer = await call('POST', `${server.url}/v1/apps`, operator.token, {
        name: 'X',
        kind: 'app',
        publisher: 'X',
        client_type: 'public',
        redirect_uris: [REDIRECT_URI],
        grants: [{ audience: `${server.url}/analytics`, scopes: [READ] }],
        ...field,
      });
      expect(answer.status).toBe(422);
    },
  );
});

describe('attack 77: names that deceive', () => {
  it.each([
    ['a reversed name', 'Charts\u202Egnp.exe'],
    ['a line end', 'Charts\nApproved'],
    ['too much of it', 'C'.repeat(61)],
    ['nothing', '  '],
  ])('422 %s', async (_, name) => {
    const answer = await call('POST', `${server.url}/v1/apps`, operator.token, {
      name,
      kind: 'app',
      publisher: 'X',
      client_type: 'public',
      redirect_uris: [REDIRECT_URI],
      grants: [{ audience: `${server.url}/analytics`, scopes: [READ] }],
    });
    expect(answer.status).toBe(422);
  });
});
