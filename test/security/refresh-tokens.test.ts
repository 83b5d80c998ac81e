import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import {
  admit,
  anApp,
  codeFor,
  diesWithin2s,
  pkce,
  READ,
  redeem,
  refresh,
  REPORTS,
  tokensFor,
  works,
  type AppMade,
  type Tokens,
} from '../support/delegation.js';
import { postForm, type Answer } from '../support/requests.js';
import { aPerson, type PersonMade } from '../support/visitor.js';

let server: TestServer;
let operator: Operator;
let app: AppMade;
let other: AppMade;
let person: PersonMade;

beforeAll(async () => {
  server = await startTestServer();
  operator = await Operator.of(server);
  [app, other] = [await anApp(operator), await anApp(operator, { name: 'Another' })];
  await admit(operator, server.orgs[0].id, { app_ids: [app.id, other.id] });
  person = await aPerson(operator, server.orgs[0].id);
});
afterAll(() => server.stop());

function refusal(answer: Answer): unknown {
  return [answer.status, answer.body['error']];
}

function tokensOf(answer: Answer): Tokens {
  expect(answer.status, answer.text).toBe(200);
  return answer.body as unknown as Tokens;
}

/** As if so long had passed since the last answer: none of them is repeated any more. */
async function afterTheRetryTime(): Promise<void> {
  await server.sql('UPDATE refresh_answers SET expires_at = now()');
}

describe('RT-1, RT-7 a refresh', () => {
  it('200 with new tokens of the same line, for the same API, on the same consent', async () => {
    const first = await tokensFor(person.browser, app);
    const second = tokensOf(await refresh(server.url, app, first.refresh_token));
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(second.scope).toBe(`${READ} ${REPORTS}`);
    const [before, after] = [decodeJwt(first.access_token), decodeJwt(second.access_token)];
    for (const claim of ['sub', 'aud', 'client_id', 'org_id', 'grant', 'root', 'auth_time', 'acr', 'amr', 'cred'])
      expect(after[claim], claim).toEqual(before[claim]);
    expect(after.jti).not.toBe(before.jti);
    expect(await works(server.url, second.access_token)).toBe(true);
  });

  it('RT-4 fewer scopes for once, and all of them again the next time', async () => {
    const first = await tokensFor(person.browser, app);
    const second = tokensOf(await refresh(server.url, app, first.refresh_token, { scope: REPORTS }));
    expect(second.scope).toBe(REPORTS);
    expect(tokensOf(await refresh(server.url, app, second.refresh_token)).scope).toBe(`${READ} ${REPORTS}`);
  });

  it('RT-6 400 after 30 days without use, and after 180 in all', async () => {
    for (const column of ['idle_until', 'ends_at']) {
      const { refresh_token } = await tokensFor(person.browser, app);
      await server.sql(`UPDATE refresh_families SET ${column} = now()`);
      expect(refusal(await refresh(server.url, app, refresh_token))).toEqual([400, 'invalid_grant']);
    }
  });

  // Seen to fail for each of the three when its reaction does not hear of user.password_changed.
  it('RT-7 a changed password ends all that apps have of the person, also what is under way; what they allowed stays', async () => {
    const someone = await aPerson(operator, server.orgs[0].id);
    const proof = pkce();
    const tokens = await tokensFor(someone.browser, app);
    const code = await codeFor(someone.browser, app, proof);
    const form = { current_password: someone.password, new_password: 'five entirely other words' };
    expect((await someone.browser.submit('/account/password', form)).status).toBe(303);
    expect(refusal(await refresh(server.url, app, tokens.refresh_token))).toEqual([400, 'invalid_grant']);
    expect(refusal(await redeem(server.url, app, code, proof))).toEqual([400, 'invalid_grant']);
    const again = await tokensFor(someone.browser, app, { prompt: 'none' });
    await diesWithin2s(server.url, tokens.access_token);
    expect(await works(server.url, again.access_token)).toBe(true);
  });

  it('400 without a token, and for what is none', async () => {
    expect(refusal(await refresh(server.url, app, ''))).toEqual([400, 'invalid_request']);
    for (const text of ['x', `csn_rt_${'0'.repeat(49)}`, 'a'.repeat(5_000)])
      expect(refusal(await refresh(server.url, app, text))).toEqual([400, 'invalid_grant']);
  });
});

describe('T6 a lost answer', () => {
  it('the same client that asks the same within a minute gets the same answer, byte for byte', async () => {
    const { refresh_token } = await tokensFor(person.browser, app);
    const first = await refresh(server.url, app, refresh_token);
    const again = await refresh(server.url, app, refresh_token);
    expect(again.text).toBe(first.text);
    const next = tokensOf(await refresh(server.url, app, tokensOf(first).refresh_token));
    expect(await works(server.url, next.access_token)).toBe(true);
    // A straggler, though the family has gone on: still within its minute.
    expect((await refresh(server.url, app, refresh_token)).text).toBe(first.text);
    expect(
      (
        await server.sql(`SELECT 1 FROM audit_events WHERE action = 'token.repeated' AND target_id = $1`, [
          decodeJwt(tokensOf(first).access_token).jti,
        ])
      ).length,
    ).toBe(2);
  });

  it('on another replica too', async () => {
    const replica = await server.replica();
    const { refresh_token } = await tokensFor(person.browser, app);
    const first = await refresh(server.url, app, refresh_token);
    expect((await refresh(replica.url, app, refresh_token)).text).toBe(first.text);
  });

  it('400 for another request with the same token, and the family lives', async () => {
    const { refresh_token } = await tokensFor(person.browser, app);
    const second = tokensOf(await refresh(server.url, app, refresh_token));
    expect(refusal(await refresh(server.url, app, refresh_token, { scope: READ }))).toEqual([400, 'invalid_grant']);
    expect((await refresh(server.url, app, second.refresh_token)).status).toBe(200);
  });

  it('the kept answer is of no use to who reads the database', async () => {
    const { refresh_token } = await tokensFor(person.browser, app);
    const next = tokensOf(await refresh(server.url, app, refresh_token));
    const rows = await server.sql<{ text: string }>(`SELECT encode(sealed_answer, 'escape') AS text FROM refresh_answers`);
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.filter(({ text }) => text.includes(next.refresh_token) || text.includes('eyJ'))).toEqual([]);
  });
});

describe('attack 35: a refresh token is used twice', () => {
  // Seen to fail when judgeRefresh lets a token pass that is not the present one.
  it('400, the whole family ends with its access tokens within 2 s, and the event says how it looked', async () => {
    const first = await tokensFor(person.browser, app);
    const second = tokensOf(await refresh(server.url, app, first.refresh_token));
    await afterTheRetryTime();
    expect(refusal(await refresh(server.url, app, first.refresh_token))).toEqual([400, 'invalid_grant']);
    await diesWithin2s(server.url, second.access_token);
    await diesWithin2s(server.url, first.access_token);
    expect(refusal(await refresh(server.url, app, second.refresh_token))).toEqual([400, 'invalid_grant']);
    const [event] = await server.sql<{ details: Record<string, unknown>; org_id: string; actor_id: string }>(
      `SELECT details, org_id, actor_id FROM audit_events WHERE action = 'refresh_token.reused' ORDER BY id DESC LIMIT 1`,
    );
    expect(event).toMatchObject({
      org_id: server.orgs[0].id,
      actor_id: app.client_id,
      details: {
        user_id: person.userId,
        family_age_seconds: expect.any(Number) as number,
        seconds_since_rotation: expect.any(Number) as number,
        ip_changed: false,
      },
    });
  });

  it('a token of many rotations ago is known for what it is, though none of them is kept', async () => {
    const first = await tokensFor(person.browser, app);
    let latest = first;
    for (let i = 0; i < 5; i++) latest = tokensOf(await refresh(server.url, app, latest.refresh_token));
    const [rows] = await server.sql<{ families: string }>('SELECT count(*) AS families FROM refresh_families');
    await afterTheRetryTime();
    expect(refusal(await refresh(server.url, app, first.refresh_token))).toEqual([400, 'invalid_grant']);
    await diesWithin2s(server.url, latest.access_token);
    const [left] = await server.sql<{ families: string }>('SELECT count(*) AS families FROM refresh_families');
    expect(Number(left?.families)).toBe(Number(rows?.families) - 1);
  });

  it('the other families of the same person and app live on', async () => {
    const [stolen, safe] = [await tokensFor(person.browser, app), await tokensFor(person.browser, app)];
    const second = tokensOf(await refresh(server.url, app, stolen.refresh_token));
    await afterTheRetryTime();
    await refresh(server.url, app, stolen.refresh_token);
    await diesWithin2s(server.url, second.access_token);
    expect(await works(server.url, safe.access_token)).toBe(true);
    expect((await refresh(server.url, app, safe.refresh_token)).status).toBe(200);
  });
});

describe('attack 36: a refresh that asks for more', () => {
  it('invalid_scope or invalid_target, and the token is still good', async () => {
    const { refresh_token } = await tokensFor(person.browser, app, { scope: READ });
    expect(refusal(await refresh(server.url, app, refresh_token, { scope: `${READ} ${REPORTS}` }))).toEqual([400, 'invalid_scope']);
    expect(refusal(await refresh(server.url, app, refresh_token, { scope: 'write:account' }))).toEqual([400, 'invalid_scope']);
    expect(refusal(await refresh(server.url, app, refresh_token, { scope: 'a "b"' }))).toEqual([400, 'invalid_scope']);
    expect(refusal(await refresh(server.url, app, refresh_token, { audience: `${server.url}/v1` }))).toEqual([400, 'invalid_target']);
    expect(refusal(await refresh(server.url, app, refresh_token, { resource: 'https://unknown.example' }))).toEqual([
      400,
      'invalid_target',
    ]);
    expect(tokensOf(await refresh(server.url, app, refresh_token, { resource: `${server.url}/analytics` })).scope).toBe(READ);
  });
});

describe('attack 37: a refresh by somebody else', () => {
  it('RT-3 400 for another app, used token or not; nothing is taken away, and it is recorded', async () => {
    const first = await tokensFor(person.browser, app);
    expect(refusal(await refresh(server.url, other, first.refresh_token))).toEqual([400, 'invalid_grant']);
    const second = tokensOf(await refresh(server.url, app, first.refresh_token));
    await afterTheRetryTime();
    expect(refusal(await refresh(server.url, other, first.refresh_token))).toEqual([400, 'invalid_grant']);
    expect(await works(server.url, second.access_token)).toBe(true);
    const events = await server.sql(
      `SELECT 1 FROM audit_events WHERE action = 'token.refused' AND actor_id = $1 AND details->>'detail' = 'refresh_token_of_other_client'`,
      [other.client_id],
    );
    expect(events).toHaveLength(2);
    expect((await refresh(server.url, app, second.refresh_token)).status).toBe(200);
  });

  it('401 without the secret of the app', async () => {
    const { refresh_token } = await tokensFor(person.browser, app);
    expect(refusal(await refresh(server.url, { ...app, client_secret: 'x' }, refresh_token))).toEqual([401, 'invalid_client']);
    expect((await refresh(server.url, app, refresh_token)).status).toBe(200);
  });
});

describe('attack 38: a hundred refreshes at once', () => {
  // Seen to fail when a loser of the race is taken for a thief.
  it('RT-2 all are answered alike, one successor, nobody is signed out', async () => {
    const { refresh_token } = await tokensFor(person.browser, app);
    const answers = await Promise.all(Array.from({ length: 100 }, () => refresh(server.url, app, refresh_token)));
    expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    const [answer] = answers;
    if (!answer) throw new Error('There are a hundred.');
    const latest = tokensOf(answer);
    expect(await works(server.url, latest.access_token)).toBe(true);
    expect((await refresh(server.url, app, latest.refresh_token)).status).toBe(200);
    const issued = await server.sql(`SELECT 1 FROM audit_events WHERE action = 'token.issued' AND target_id = $1`, [
      decodeJwt(latest.access_token).jti,
    ]);
    expect(issued).toHaveLength(1);
  });
});

describe('RFC 7009 a refresh token that is given back', () => {
  it('200, and the whole family ends within 2 s; 200 once more; 400 for another app', async () => {
    const tokens = await tokensFor(person.browser, app);
    const revoke = (by: AppMade): Promise<Answer> =>
      postForm(`${server.url}/oauth/revoke`, {
        token: tokens.refresh_token,
        client_id: by.client_id,
        client_secret: by.client_secret ?? '',
      });
    expect(refusal(await revoke(other))).toEqual([400, 'invalid_grant']);
    expect(await works(server.url, tokens.access_token)).toBe(true);
    expect((await revoke(app)).status).toBe(200);
    await diesWithin2s(server.url, tokens.access_token);
    expect((await refresh(server.url, app, tokens.refresh_token)).status).toBe(400);
    expect((await revoke(app)).status).toBe(200);
  });
});
