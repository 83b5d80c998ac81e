import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { anAddress, aPerson, linkOf, Visitor, type MemberMade, type PersonMade } from '../support/visitor.js';
import { aTenant, locationsOf, operatorOf, pause, refusalOf, type ApiCaller } from './support/management.js';

/** Propagation to other replicas: at most this (standards, T6). */
const PROPAGATION_MS = 2_000;
let server: TestServer;
let replica: string;
let operator: Operator;
let api: ApiCaller;
let orgId: string;

beforeAll(async () => {
  server = await startTestServer();
  ({ operator, api } = await operatorOf(server));
  ({ id: orgId } = (await aTenant(operator)).org);
  replica = (await server.replica()).url;
});
afterAll(() => server.stop());

const person = (fields: { name?: string } = {}): Promise<PersonMade> => aPerson(operator, orgId, fields);

async function aSecondBrowser({ email, password }: PersonMade): Promise<Visitor> {
  const browser = new Visitor(server.url);
  expect((await browser.signIn(email, password)).status).toBe(303);
  return browser;
}

describe('section sign-in', () => {
  it('303 to where it was asked for, and then the browser is signed in', async () => {
    const { email, password, userId } = await person({ name: 'Ada Lovelace' });
    const browser = new Visitor(server.url);
    expect((await browser.state()).user).toBeNull();
    const answer = await browser.signIn(` ${email.toUpperCase()} `, password, { return_to: '/account?tab=apps' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${server.url}/account?tab=apps`]);
    expect((await browser.state()).user).toEqual({ id: userId, email, name: 'Ada Lovelace' });
    const [session] = await browser.sessions();
    expect(session).toMatchObject({ current: true, amr: ['pwd'], id: expect.stringMatching(/^ses_/) as string });
  });

  it('a password is the same in both spellings of an accented letter', async () => {
    const member = await operator.create<MemberMade>(`/v1/orgs/${orgId}/members`, { email: anAddress() });
    expect((await new Visitor(server.url).join(linkOf(member), 'cafe\u0301 creme brulee')).status).toBe(303);
    expect((await new Visitor(server.url).signIn(member.email, 'café creme brulee')).status).toBe(303);
  });

  it('303 to the account page without return_to; sign-out ends the session and answers 303', async () => {
    const { browser, email, password } = await person();
    const answer = await new Visitor(server.url).signIn(email, password);
    expect(answer.headers.get('location')).toBe(`${server.url}/account`);
    const before = browser.copy();
    expect((await browser.submit('/logout')).status).toBe(303);
    expect([await browser.isSignedIn(), await before.isSignedIn()]).toEqual([false, false]);
  });

  it('each sign-in and sign-out is an event of the audit log, without the session’s cookie or the password', async () => {
    const { browser, userId, password } = await person();
    const { sessionToken = '' } = browser;
    await browser.submit('/logout');
    const events = await server.sql<{ action: string; details: object; text: string }>(
      `SELECT action, details, audit_events::text AS text FROM audit_events WHERE target_id = $1 ORDER BY time, id`,
      [userId],
    );
    expect(events.map(({ action }) => action)).toEqual(['user.signed_in', 'user.signed_out']);
    for (const { text } of events) for (const secret of [sessionToken, password]) expect(text).not.toContain(secret);
  });

  it('the database holds neither cookie nor password', async () => {
    const { browser, password, userId } = await person();
    const [row] = await server.sql<{ text: string }>(
      `SELECT s::text || p::text AS text FROM sessions s JOIN user_passwords p USING (user_id) WHERE user_id = $1`,
      [userId],
    );
    const token = Buffer.from(browser.sessionToken ?? '', 'utf8');
    expect(row?.text).toContain('$argon2id$');
    for (const secret of [password, token.toString('utf8'), token.toString('hex')]) expect(row?.text).not.toContain(secret);
  });
});

describe('section joining by a link', () => {
  const invite = async (fields: object = {}): Promise<MemberMade> =>
    operator.create<MemberMade>(`/v1/orgs/${orgId}/members`, { email: anAddress(), ...fields });

  it('303, signed in, for one person: everybody else gets 410, also all at once', async () => {
    const member = await invite();
    const visitors = Array.from({ length: 12 }, () => new Visitor(server.url));
    const answers = await Promise.all(visitors.map((visitor) => visitor.join(linkOf(member), 'four good words here')));
    expect(answers.filter(({ status }) => status === 303).length).toBe(1);
    for (const answer of answers) if (answer.status !== 303) expect([410, 409]).toContain(answer.status);
    expect((await server.sql('SELECT FROM user_passwords WHERE email = $1', [member.email])).length).toBe(1);
    expect(refusalOf(await new Visitor(server.url).join(linkOf(member), 'four good words here'))).not.toEqual([303, undefined]);
  });

  it('somebody with a password here joins with it, keeps it, and is the same person', async () => {
    const known = await person();
    const { org } = await aTenant(operator);
    const member = await operator.create<MemberMade>(`/v1/orgs/${org.id}/members`, { email: known.email, role: 'admin' });
    const stranger = new Visitor(server.url);
    expect(refusalOf(await stranger.join(linkOf(member), 'another password of mine'))).toEqual([401, 'sign_in_refused']);
    expect(await stranger.isSignedIn()).toBe(false);
    const browser = new Visitor(server.url);
    expect((await browser.join(linkOf(member), known.password, 'Another Name')).status).toBe(303);
    expect((await browser.state()).user).toMatchObject({ id: known.userId, name: 'A person' });
    expect((await api.get(`/v1/users/${known.userId}`)).body['memberships']).toEqual([
      { org_id: orgId, role: 'member' },
      { org_id: org.id, role: 'admin' },
    ]);
  });

  it('410 join_link_refused for a link that expired, was taken back, or was never made', async () => {
    const [expired, removed] = [await invite(), await invite()];
    await server.sql(`UPDATE join_links SET expires_at = now() - interval '1 second' WHERE member_id = $1`, [expired.id]);
    await api.delete(`/v1/orgs/${orgId}/members/${removed.id}`);
    const links = [linkOf(expired), linkOf(removed), `${linkOf(removed).slice(0, -1)}x`, 'csn_invite_', "' OR 1=1 --"];
    for (const link of links)
      expect(refusalOf(await new Visitor(server.url).join(link, 'four good words here'))).toEqual([410, 'join_link_refused']);
  });

  it('409 org_suspended while the organization is suspended; the link is not spent', async () => {
    const { org } = await aTenant(operator);
    const member = await operator.create<MemberMade>(`/v1/orgs/${org.id}/members`, { email: anAddress() });
    await api.post(`/v1/orgs/${org.id}/suspend`);
    expect(refusalOf(await new Visitor(server.url).join(linkOf(member), 'four good words here'))).toEqual([409, 'org_suspended']);
    await api.post(`/v1/orgs/${org.id}/reinstate`);
    expect((await new Visitor(server.url).join(linkOf(member), 'four good words here')).status).toBe(303);
  });

  it.each([
    ['short', '/password'],
    ['aaaaaaaaaaaaaaaa', '/password'],
    ['x'.repeat(300), '/password'],
  ])('422 for the password %s, and the link still works', async (password, location) => {
    const member = await invite();
    const answer = await new Visitor(server.url).join(linkOf(member), password);
    expect(refusalOf(answer)).toEqual([422, 'validation_failed']);
    expect(locationsOf(answer)).toEqual([location]);
    expect((await new Visitor(server.url).join(linkOf(member), 'four good words here')).status).toBe(303);
  });

  it('422 for a name that writes lines', async () => {
    const answer = await new Visitor(server.url).join(linkOf(await invite()), 'four good words here', 'Ada\nadmin');
    expect([answer.status, locationsOf(answer)]).toEqual([422, ['/name']]);
  });

  it('GET does not spend a link: previews of mail programs open it', async () => {
    const member = await invite();
    await fetch(`${server.url}/login/join?link=${linkOf(member)}`);
    await fetch(`${server.url}/login/join?link=${linkOf(member)}`, { method: 'HEAD' });
    expect((await new Visitor(server.url).join(linkOf(member), 'four good words here')).status).toBe(303);
  });
});

describe('section sessions: what ends them', () => {
  it('their owner ends one or all others; nobody else can, and is told 404', async () => {
    const someone = await person();
    const [second, third] = [await aSecondBrowser(someone), await aSecondBrowser(someone)];
    const stranger = (await person()).browser;
    const ids = (await someone.browser.sessions()).map(({ id }) => id);
    expect(ids.length).toBe(3);
    expect(refusalOf(await stranger.submit(`/account/sessions/${ids[0]}/end`))).toEqual([404, 'not_found']);
    const own = (await second.sessions()).find(({ current }) => current);
    expect((await someone.browser.submit(`/account/sessions/${own?.id}/end`)).status).toBe(303);
    expect([await second.isSignedIn(), await third.isSignedIn(replica), await someone.browser.isSignedIn()]).toEqual([false, true, true]);
    expect((await third.submit('/account/sessions/end-others')).status).toBe(303);
    expect([await third.isSignedIn(), await someone.browser.isSignedIn(), await someone.browser.isSignedIn(replica)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('a changed password ends all of them on all replicas within 2 s, and begins a new one here', async () => {
    const someone = await person();
    const second = await aSecondBrowser(someone);
    const before = someone.browser.copy();
    const form = { current_password: someone.password, new_password: 'five entirely other words' };
    expect((await someone.browser.submit('/account/password', form)).status).toBe(303);
    const until = Date.now() + PROPAGATION_MS;
    while (Date.now() < until && (await second.isSignedIn(replica))) await pause(50);
    for (const browser of [second, before]) expect([await browser.isSignedIn(), await browser.isSignedIn(replica)]).toEqual([false, false]);
    expect(await someone.browser.isSignedIn(replica)).toBe(true);
    expect(refusalOf(await new Visitor(server.url).signIn(someone.email, someone.password))).toEqual([401, 'sign_in_refused']);
    expect((await new Visitor(server.url).signIn(someone.email, form.new_password)).status).toBe(303);
  });

  it('401 sign_in_refused for a wrong present password, 422 for a bad new one; nothing is changed', async () => {
    const someone = await person();
    const change = (current: string, next: string): Promise<unknown> =>
      someone.browser.submit('/account/password', { current_password: current, new_password: next }).then(refusalOf);
    expect(await change('not my password', 'five entirely other words')).toEqual([401, 'sign_in_refused']);
    expect(await change(someone.password, 'short')).toEqual([422, 'validation_failed']);
    expect(await someone.browser.isSignedIn()).toBe(true);
    await aSecondBrowser(someone);
  });

  it('a disabled person is out on all replicas within 2 s, cannot come in, and old sessions stay ended when enabled', async () => {
    const someone = await person();
    expect((await api.post(`/v1/users/${someone.userId}/disable`)).status).toBe(200);
    const until = Date.now() + PROPAGATION_MS;
    while (Date.now() < until && (await someone.browser.isSignedIn(replica))) await pause(50);
    expect([await someone.browser.isSignedIn(), await someone.browser.isSignedIn(replica)]).toEqual([false, false]);
    expect(refusalOf(await new Visitor(server.url).signIn(someone.email, someone.password))).toEqual([401, 'sign_in_refused']);
    expect((await api.post(`/v1/users/${someone.userId}/enable`)).status).toBe(200);
    expect(await someone.browser.isSignedIn()).toBe(false);
    await aSecondBrowser(someone);
  });

  it('time: a session that was not used, and one that is too old however much it is used', async () => {
    const [idle, old] = [await person(), await person()];
    await server.sql(`UPDATE sessions SET expires_at = now() - interval '1 second' WHERE user_id = $1`, [idle.userId]);
    expect(await idle.browser.isSignedIn()).toBe(false);
    await server.sql(
      `UPDATE sessions SET ends_at = now() + interval '2 seconds', expires_at = now() + interval '2 seconds', last_used_at = now() - interval '5 minutes' WHERE user_id = $1`,
      [old.userId],
    );
    expect(await old.browser.isSignedIn()).toBe(true);
    const [row] = await server.sql<{ capped: boolean }>('SELECT expires_at = ends_at AS capped FROM sessions WHERE user_id = $1', [
      old.userId,
    ]);
    expect(row?.capped).toBe(true);
    await pause(2_100);
    expect(await old.browser.isSignedIn()).toBe(false);
  });

  it('use puts the end off, and is noted at most once a minute', async () => {
    const someone = await person();
    await server.sql(
      `UPDATE sessions SET expires_at = now() + interval '1 minute', last_used_at = now() - interval '5 minutes' WHERE user_id = $1`,
      [someone.userId],
    );
    await someone.browser.isSignedIn();
    const read = (): Promise<{ used: string; far: boolean }[]> =>
      server.sql(`SELECT last_used_at::text AS used, expires_at > now() + interval '7 hours' AS far FROM sessions WHERE user_id = $1`, [
        someone.userId,
      ]);
    const [first] = await read();
    expect(first?.far).toBe(true);
    await someone.browser.isSignedIn();
    expect(await read()).toEqual([first]);
  });

  it('a person has 100 sessions at most: the oldest goes', async () => {
    const someone = await person();
    await server.sql(
      `INSERT INTO sessions (id, user_id, digest, pepper_version, auth_time, amr, acr, expires_at, ends_at)
       SELECT 'ses_0000000000000000000000' || lpad(n::text, 4, '0'), $1, decode(lpad(to_hex(n), 64, '0'), 'hex'), 'v1', now(), '{pwd}', 'x', now() + interval '1 hour', now() + interval '1 hour'
         FROM generate_series(1, 120) n`,
      [someone.userId],
    );
    await aSecondBrowser(someone);
    expect(await someone.browser.isSignedIn()).toBe(true);
    expect((await someone.browser.sessions()).length).toBe(100);
  });

  it('401 sign_in_required for every page of the account without a session', async () => {
    const nobody = new Visitor(server.url);
    for (const answer of [
      await nobody.get('/account/sessions'),
      await nobody.submit('/account/sessions/end-others'),
      await nobody.submit('/account/sessions/ses_01kamx4f5ye8wvq3m2ts6dgn0h/end'),
      await nobody.submit('/account/password', { current_password: 'x', new_password: 'y' }),
    ])
      expect(refusalOf(answer)).toEqual([401, 'sign_in_required']);
  });
});
