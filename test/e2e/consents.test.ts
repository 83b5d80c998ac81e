import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import {
  admit,
  aDraft,
  anApp,
  answerOf,
  ask,
  asked,
  choose,
  codeFor,
  diesWithin2s,
  interactionOf,
  isTaken,
  locationOf,
  move,
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
import { OpenTransaction } from '../support/open-transaction.js';
import { aPerson, type PersonMade } from '../support/visitor.js';
import { aTenant, operatorOf, refusalOf, TENANT_RIGHTS, type ApiCaller, type ListOf, type Tenant } from './support/management.js';

interface ConsentMade {
  id: string;
  org_id: string;
  user_id: string;
  app_id: string;
  audience: string;
  scopes: string[];
}

interface RequestMade {
  id: string;
  app_id: string;
  user_id: string;
  status: string;
  decided_by: string | null;
}

const RIGHTS = [...TENANT_RIGHTS, 'read:consents', 'write:consents', 'read:members', 'write:members', 'read:apps', 'write:apps'];
let server: TestServer;
let operator: Operator;
let api: ApiCaller;
let tenant: Tenant;
let other: Tenant;
let app: AppMade;
let person: PersonMade;
let tokens: Tokens;
let consentId: string;

beforeAll(async () => {
  server = await startTestServer();
  ({ operator, api } = await operatorOf(server));
  [tenant, other] = [await aTenant(operator, { rights: RIGHTS }), await aTenant(operator, { rights: RIGHTS })];
});
afterAll(() => server.stop());

/** Somebody who has just allowed everything to an app. */
beforeEach(async () => {
  app = await anApp(operator);
  await admit(operator, tenant.org.id, { mode: 'listed', app_ids: [app.id] });
  person = await aPerson(operator, tenant.org.id);
  tokens = await tokensFor(person.browser, app);
  consentId = String(decodeJwt(tokens.access_token)['grant']);
});

/** Whatever was taken away: the access token within 2 s, the refresh token at once. */
async function expectEnded(): Promise<void> {
  await diesWithin2s(server.url, tokens.access_token);
  const answer = await refresh(server.url, app, tokens.refresh_token);
  expect([answer.status >= 400, answer.body['error']]).toEqual([true, expect.stringMatching(/^invalid_(grant|client)$/)]);
}

/** So many more people allow the app the same. */
async function allowedByOthers(count: number): Promise<void> {
  await server.sql(
    `INSERT INTO consents (id, org_id, user_id, app_id, api_id, scopes, redirect_uris)
     SELECT 'con_other' || $1 || i, org_id, 'usr_other' || i, app_id, api_id, scopes, redirect_uris FROM consents, generate_series(1, $2::int) i WHERE id = $1`,
    [consentId, count],
  );
}

/** How many of the consents to the app were withdrawn in each transaction; each with its revocation. */
async function withdrawalsByTransaction(): Promise<number[]> {
  const rows = await server.sql<{ events: number; revocations: number }>(
    `SELECT count(*)::int AS events, count(r.value)::int AS revocations FROM audit_events e LEFT JOIN revocations r ON r.kind = 'grant' AND r.value = e.target_id
      WHERE e.action = 'consent.withdrawn' AND e.details ->> 'client_id' = $1 GROUP BY e.xact ORDER BY e.xact`,
    [app.id],
  );
  expect(rows.map(({ events }) => events)).toEqual(rows.map(({ revocations }) => revocations));
  return rows.map(({ events }) => events);
}

async function consentsLeft(): Promise<number> {
  return (await server.sql('SELECT FROM consents WHERE app_id = $1', [app.id])).length;
}

describe('section consents: seen and withdrawn by an administrator', () => {
  it('200 who allowed what to whom, to the organization alone', async () => {
    const list = await tenant.api.get<ListOf<ConsentMade>>(`/v1/consents?user_id=${person.userId}`);
    expect(list.body.data).toEqual([
      {
        id: consentId,
        org_id: tenant.org.id,
        user_id: person.userId,
        app_id: app.id,
        audience: `${server.url}/analytics`,
        scopes: [READ, REPORTS],
        created_at: expect.any(String) as string,
        updated_at: expect.any(String) as string,
        last_used_at: null,
        calls: 0,
        scopes_used: [],
        denials: 0,
        last_denied_at: null,
        operations: [],
      },
    ]);
    expect((await tenant.api.get<ConsentMade>(`/v1/consents/${consentId}`)).body.id).toBe(consentId);
    expect((await tenant.api.get<ListOf<ConsentMade>>(`/v1/consents?app_id=${app.id}`)).body.data).toHaveLength(1);
    expect((await api.get<ListOf<ConsentMade>>(`/v1/consents?org_id=${tenant.org.id}&user_id=${person.userId}`)).body.data).toHaveLength(1);
    expect((await other.api.get<ListOf<ConsentMade>>(`/v1/consents?org_id=${tenant.org.id}`)).body.data).toEqual([]);
  });

  // Seen to fail when tenant_rows of consents is USING (true).
  it('404 for another organization, which can neither see, narrow nor withdraw it', async () => {
    const path = `/v1/consents/${consentId}`;
    expect(refusalOf(await other.api.get(path))).toEqual([404, 'not_found']);
    expect(refusalOf(await other.api.patch(path, { scopes: [READ] }))).toEqual([404, 'not_found']);
    expect(refusalOf(await other.api.delete(path))).toEqual([404, 'not_found']);
    expect(await works(server.url, tokens.access_token)).toBe(true);
  });

  it('204 withdrawn: tokens and refresh tokens end within 2 s, and the app has to ask anew', async () => {
    expect((await tenant.api.delete(`/v1/consents/${consentId}`)).status).toBe(204);
    await expectEnded();
    expect(refusalOf(await tenant.api.delete(`/v1/consents/${consentId}`))).toEqual([404, 'not_found']);
    expect(locationOf(await ask(person.browser, app, pkce())).pathname).toBe('/consent');
    const again = await tokensFor(person.browser, app);
    expect(decodeJwt(again.access_token)['grant']).not.toBe(consentId);
  });

  it('a code that is under way ends with the consent', async () => {
    const proof = pkce();
    const code = await codeFor(person.browser, app, proof);
    await tenant.api.delete(`/v1/consents/${consentId}`);
    expect((await redeem(server.url, app, code, proof)).body['error']).toBe('invalid_grant');
  });

  it('200 narrowed: present tokens end, the next ones hold less, and nobody can widen it', async () => {
    const narrowed = await tenant.api.patch<ConsentMade>(`/v1/consents/${consentId}`, { scopes: [REPORTS] });
    expect([narrowed.status, narrowed.body.scopes]).toEqual([200, [REPORTS]]);
    // At once: a death that reaches into the next seconds would meet this one for its whole hour. Seen to fail when the handle stays.
    const next = await refresh(server.url, app, tokens.refresh_token);
    expect([next.body['scope'], decodeJwt(String(next.body['access_token']))['grant']]).toEqual([REPORTS, `${consentId}.2`]);
    await diesWithin2s(server.url, tokens.access_token);
    expect(await isTaken(server.url, String(next.body['access_token']))).toBe(true);
    expect(refusalOf(await tenant.api.patch(`/v1/consents/${consentId}`, { scopes: [READ, REPORTS] }))).toEqual([422, 'validation_failed']);
  });
});

describe('section answers: what was allowed before is unticked, or a role changes', () => {
  // Seen to fail when the handle of the tokens stays the same.
  it('the tokens of before die, those of the very next moment live, as often as it happens', async () => {
    for (const scopes of [[READ], [REPORTS]]) {
      const next = await tokensFor(person.browser, app, { prompt: 'consent' }, { scopes });
      expect(next.scope).toBe(scopes[0]);
      await diesWithin2s(server.url, tokens.access_token);
      expect(await isTaken(server.url, next.access_token)).toBe(true);
      tokens = next;
    }
    // Withdrawn, all of them go, whatever they are called.
    expect((await tenant.api.delete(`/v1/consents/${consentId}`)).status).toBe(204);
    await expectEnded();
  });

  it('a member of another role: the same', async () => {
    const path = `/v1/orgs/${tenant.org.id}/members/${person.memberId}`;
    expect((await tenant.api.patch(path, { role: 'admin' })).status).toBe(200);
    const next = await refresh(server.url, app, tokens.refresh_token);
    await diesWithin2s(server.url, tokens.access_token);
    expect(await works(server.url, String(next.body['access_token']))).toBe(true);
  });
});

describe('section many: what hundreds of people allowed is withdrawn in short transactions, so that nobody waits to revoke', () => {
  // Seen to fail when withdrawInChunks takes all at once.
  it('by the list of apps: the policy first, then two hundred at a time', async () => {
    await allowedByOthers(450);
    expect((await tenant.api.patch(`/v1/orgs/${tenant.org.id}/app-policy`, { app_ids: [] })).status).toBe(200);
    expect([await withdrawalsByTransaction(), await consentsLeft()]).toEqual([[200, 200, 51], 0]);
    await expectEnded();
  });

  it('by the connected app, with one event for all of it', async () => {
    await allowedByOthers(399);
    const path = `/v1/orgs/${tenant.org.id}/connected-apps/${app.id}`;
    expect((await tenant.api.delete(path)).status).toBe(204);
    expect([await withdrawalsByTransaction(), await consentsLeft()]).toEqual([[200, 200], 0]);
    await expectEnded();
    const events = await server.sql(`SELECT details FROM audit_events WHERE action = 'connected_app.withdrawn' AND target_id = $1`, [
      app.id,
    ]);
    expect(events).toEqual([{ details: { consents: 400 } }]);
    expect(refusalOf(await tenant.api.delete(path))).toEqual([404, 'not_found']);
  });

  it('a request that ended halfway is finished by the same request, though it changes no policy any more', async () => {
    await server.sql('DELETE FROM admitted_apps WHERE app_id = $1', [app.id]);
    expect((await tenant.api.patch(`/v1/orgs/${tenant.org.id}/app-policy`, { app_ids: [] })).status).toBe(200);
    await expectEnded();
  });
});

describe('section races: what is done at the same moment', () => {
  // Seen to fail when redeem does not hold the consent first: one of the two is a deadlock's victim.
  it('a code is redeemed while its consent is withdrawn: the withdrawal wins', async () => {
    const proof = pkce();
    const code = await codeFor(person.browser, app, proof);
    const withdrawal = await OpenTransaction.begin(server);
    await withdrawal.run('SELECT FROM consents WHERE id = $1 FOR UPDATE', [consentId]);
    const redeemed = redeem(server.url, app, code, proof);
    await withdrawal.untilWaiting();
    await withdrawal.run('DELETE FROM consents WHERE id = $1', [consentId]);
    await withdrawal.commit();
    const answer = await redeemed;
    expect([answer.status, answer.body['error']]).toEqual([400, 'invalid_grant']);
  });

  // Seen to fail when grant() does not look at the session again.
  it('a code is asked for while its person takes a new password: none comes of a session that has ended', async () => {
    const change = await OpenTransaction.begin(server);
    await change.run('SELECT FROM consents WHERE id = $1 FOR UPDATE', [consentId]);
    const asking = ask(person.browser, app, pkce());
    await change.untilWaiting();
    await change.run('DELETE FROM sessions WHERE user_id = $1', [person.userId]);
    await change.commit();
    expect(answerOf(await asking).error).toBe('login_required');
  });

  // Seen to fail when PeopleReaction neither ends codes nor locks the consents FOR UPDATE.
  it('a code is redeemed while its person is disabled: nothing of it works after they are enabled again', async () => {
    const proof = pkce();
    const code = await codeFor(person.browser, app, proof);
    const member = `/v1/orgs/${tenant.org.id}/members/${person.memberId}`;
    const held = await OpenTransaction.begin(server);
    await held.run('SELECT FROM authorization_codes WHERE consent_id = $1 FOR UPDATE', [consentId]);
    const redeemed = redeem(server.url, app, code, proof);
    await held.untilWaiting();
    const disabled = tenant.api.post(`${member}/disable`);
    await Promise.race([held.untilWaiting(2), disabled]);
    await held.commit();
    const answer = await redeemed;
    expect([answer.status, (await disabled).status]).toEqual([200, 200]);
    await diesWithin2s(server.url, String(answer.body['access_token']));
    expect((await tenant.api.post(`${member}/enable`)).status).toBe(200);
    for (const token of [answer.body['refresh_token'], tokens.refresh_token])
      expect((await refresh(server.url, app, String(token))).body['error']).toBe('invalid_grant');
  });

  // Seen to fail when the policy is read before it is locked.
  it('an app is taken off the list while the mode is changed: it stays off', async () => {
    const path = `/v1/orgs/${tenant.org.id}/app-policy`;
    const first = await OpenTransaction.begin(server);
    await first.run('UPDATE app_policies SET mode = mode WHERE org_id = $1', [tenant.org.id]);
    await first.run('DELETE FROM admitted_apps WHERE org_id = $1', [tenant.org.id]);
    const changed = tenant.api.patch(path, { mode: 'ask' });
    await first.untilWaiting();
    await first.commit();
    expect((await changed).body).toEqual({ mode: 'ask', app_ids: [] });
    expect((await tenant.api.get(path)).body).toEqual({ mode: 'ask', app_ids: [] });
    await expectEnded();
  });
});

describe('section people: what happens to those who allowed it', () => {
  it('a member who is removed takes back all they allowed', async () => {
    expect((await tenant.api.delete(`/v1/orgs/${tenant.org.id}/members/${person.memberId}`)).status).toBe(204);
    await expectEnded();
    expect(refusalOf(await tenant.api.get(`/v1/consents/${consentId}`))).toEqual([404, 'not_found']);
  });

  it('a member, and a person, who is disabled: nothing works any more', async () => {
    expect((await tenant.api.post(`/v1/orgs/${tenant.org.id}/members/${person.memberId}/disable`)).status).toBe(200);
    await expectEnded();
    const second = await aPerson(operator, tenant.org.id);
    tokens = await tokensFor(second.browser, app);
    expect((await api.post(`/v1/users/${second.userId}/disable`)).status).toBe(200);
    await expectEnded();
  });

  it('a suspended organization: nothing works, as for all of its tokens', async () => {
    const third = await aTenant(operator);
    await admit(operator, third.org.id, { app_ids: [app.id] });
    tokens = await tokensFor((await aPerson(operator, third.org.id)).browser, app);
    expect((await api.post(`/v1/orgs/${third.org.id}/suspend`)).status).toBe(200);
    await expectEnded();
  });
});

describe('section apps: what happens to the app', () => {
  it('suspended: its tokens end within 2 s; reinstated it has to be approved again', async () => {
    await move(operator, app.id, 'suspend');
    await expectEnded();
    await move(operator, app.id, 'reinstate');
    expect((await refresh(server.url, app, tokens.refresh_token)).body['error']).toBe('invalid_grant');
  });

  it('deleted: all that was allowed goes with it', async () => {
    expect((await api.delete(`/v1/apps/${app.id}`)).status).toBe(204);
    await expectEnded();
    expect(refusalOf(await tenant.api.get(`/v1/consents/${consentId}`))).toEqual([404, 'not_found']);
  });

  it('a scope that is taken from the app is taken from its tokens', async () => {
    const grants = [{ audience: `${server.url}/analytics`, scopes: [READ] }];
    expect((await api.patch(`/v1/apps/${app.id}`, { grants })).status).toBe(200);
    await diesWithin2s(server.url, tokens.access_token);
    expect((await refresh(server.url, app, tokens.refresh_token)).body['scope']).toBe(READ);
  });

  it('the apps of a suspended publisher stop, in every organization', async () => {
    const publisher = await aTenant(operator);
    const published = await anApp(operator, { publisher_org_id: publisher.org.id });
    await admit(operator, tenant.org.id, { app_ids: [app.id, published.id] });
    [app, tokens] = [published, await tokensFor(person.browser, published)];
    expect((await api.post(`/v1/orgs/${publisher.org.id}/suspend`)).status).toBe(200);
    await expectEnded();
  });
});

describe('section admission: which apps an organization admits', () => {
  const path = (): string => `/v1/orgs/${tenant.org.id}/app-policy`;

  it('200 listed apps only, unless it says otherwise; an app that leaves the list loses everything within 2 s', async () => {
    expect((await other.api.get(`/v1/orgs/${other.org.id}/app-policy`)).body).toEqual({ mode: 'listed', app_ids: [] });
    expect((await tenant.api.get(path())).body).toEqual({ mode: 'listed', app_ids: [app.id] });
    expect((await tenant.api.patch(path(), { app_ids: [] })).status).toBe(200);
    await expectEnded();
    expect(answerOf(await ask(person.browser, app, pkce(), { prompt: 'none' }))['error']).toBe('access_denied');
  });

  it('all: every approved app, and no other', async () => {
    await tenant.api.patch(path(), { mode: 'all', app_ids: [] });
    expect(await works(server.url, tokens.access_token)).toBe(true);
    const draft = await aDraft(operator);
    const interaction = interactionOf(await ask(person.browser, draft, pkce()));
    expect((await asked(person.browser, interaction)).asked?.places[0]?.admission).toBe('refused');
    expect(answerOf(await choose(person.browser, interaction, { orgId: tenant.org.id, scopes: [READ] }))['error']).toBe('access_denied');
  });

  it('a draft works for the people of its publisher', async () => {
    const draft = await aDraft(operator, { publisher_org_id: tenant.org.id });
    expect((await tokensFor(person.browser, draft)).scope).toBe(`${READ} ${REPORTS}`);
  });

  it('ask: a person asks, an administrator approves, then the person can allow it; each step is an event', async () => {
    const wanted = await anApp(operator);
    await tenant.api.patch(path(), { mode: 'ask' });
    const denied = await choose(person.browser, interactionOf(await ask(person.browser, wanted, pkce())), { decision: 'ask_admin' });
    expect(answerOf(denied)['error']).toBe('access_denied');
    await choose(person.browser, interactionOf(await ask(person.browser, wanted, pkce())), { decision: 'ask_admin' });
    const requests = `/v1/orgs/${tenant.org.id}/app-requests`;
    const open = (await tenant.api.get<ListOf<RequestMade>>(`${requests}?status=open`)).body.data;
    expect(open).toMatchObject([{ app_id: wanted.id, user_id: person.userId, status: 'open', decided_by: null }]);
    const one = `${requests}/${open[0]?.id}`;
    expect(refusalOf(await other.api.post(`${one.replace(tenant.org.id, other.org.id)}/approve`))).toEqual([404, 'not_found']);
    const approved = await tenant.api.post<RequestMade>(`${one}/approve`);
    expect([approved.status, approved.body.status]).toEqual([200, 'approved']);
    expect((await tenant.api.post(`${one}/approve`)).status).toBe(200);
    expect(refusalOf(await tenant.api.post(`${one}/decline`))).toEqual([409, 'app_request_decided']);
    expect((await tokensFor(person.browser, wanted)).scope).toBe(`${READ} ${REPORTS}`);
    const events = await server.sql<{ action: string }>(
      `SELECT action FROM audit_events WHERE org_id = $1 AND action LIKE 'app_request.%' AND target_id = $2 ORDER BY id`,
      [tenant.org.id, open[0]?.id],
    );
    expect(events.map(({ action }) => action)).toEqual(['app_request.created', 'app_request.approved']);
  });

  it('access_denied for who asks where asking is not foreseen', async () => {
    const wanted = await anApp(operator);
    const answer = await choose(person.browser, interactionOf(await ask(person.browser, wanted, pkce())), { decision: 'ask_admin' });
    expect(answerOf(answer)['error']).toBe('access_denied');
    expect((await tenant.api.get<ListOf<RequestMade>>(`/v1/orgs/${tenant.org.id}/app-requests?status=open`)).body.data).toEqual([]);
  });

  it('422 for apps that nobody has approved, or that there are not; 404 for another organization', async () => {
    const draft = await aDraft(operator);
    expect(refusalOf(await tenant.api.patch(path(), { app_ids: [draft.id] }))).toEqual([422, 'validation_failed']);
    expect(refusalOf(await tenant.api.patch(path(), { app_ids: ['app_01kamx4f5ye8wvq3m2ts6dgn0h'] }))).toEqual([422, 'validation_failed']);
    expect(refusalOf(await other.api.patch(path(), { mode: 'all' }))).toEqual([404, 'not_found']);
  });
});

describe('section roles: nobody passes on more than they have', () => {
  it('the ceiling of the organization counts at every token', async () => {
    expect(
      (await api.patch(`/v1/orgs/${tenant.org.id}`, { ceiling: [{ audience: `${server.url}/analytics`, scopes: [READ] }] })).status,
    ).toBe(200);
    expect((await refresh(server.url, app, tokens.refresh_token)).body['scope']).toBe(READ);
    expect((await api.patch(`/v1/orgs/${tenant.org.id}`, { ceiling: null })).status).toBe(200);
  });

  it('what is of high risk only an administrator can allow, and no longer when they are one no more', async () => {
    const scopes = [
      { name: 'read:it', description: 'Read it.', risk: 'low', assignable_by: 'org_admin', delegable: true },
      { name: 'burn:it', description: 'Burn it.', risk: 'high', assignable_by: 'org_admin', delegable: true },
    ];
    const { identifier } = await operator.anApi({ scopes });
    const risky = await anApp(operator, { grants: [{ audience: identifier, scopes: ['read:it', 'burn:it'] }] });
    await admit(operator, tenant.org.id, { app_ids: [app.id, risky.id] });
    expect((await tokensFor(person.browser, risky)).scope).toBe('read:it');
    // Somebody has to stay one.
    await aPerson(operator, tenant.org.id, { role: 'admin' });
    const admin = await aPerson(operator, tenant.org.id, { role: 'admin' });
    const given = await tokensFor(admin.browser, risky);
    expect(given.scope).toBe('read:it burn:it');
    const demoted = await tenant.api.patch(`/v1/orgs/${tenant.org.id}/members/${admin.memberId}`, { role: 'member' });
    expect(demoted.status, demoted.text).toBe(200);
    expect((await refresh(server.url, risky, given.refresh_token)).body['scope']).toBe('read:it');
  });
});
