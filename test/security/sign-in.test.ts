import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatorOf, pause, refusalOf, type ApiCaller } from '../e2e/support/management.js';
import type { Operator } from '../support/builders.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import type { Answer } from '../support/requests.js';
import { anAddress, linkOf, Visitor, type MemberMade, type PersonMade } from '../support/visitor.js';

let server: TestServer;
let operator: Operator;
let api: ApiCaller;
let orgId: string;

beforeAll(async () => {
  server = await startTestServer({
    TRUSTED_PROXIES: '127.0.0.1,::1',
    RATE_LIMIT_SIGN_IN_PER_ACCOUNT: '10',
    RATE_LIMIT_SIGN_IN_STRANGERS_PER_ACCOUNT: '30',
    RATE_LIMIT_SIGN_IN_PER_SOURCE: '40',
    RATE_LIMIT_SIGN_IN_VISITS_PER_SOURCE: '20',
  });
  ({ operator, api } = await operatorOf(server));
  orgId = server.orgs[0].id;
});
afterAll(() => server.stop());

let serial = 0;
/** A browser at an address of its own. */
const from = (address = `198.51.${++serial >> 8}.${serial & 255}`): Visitor => new Visitor(server.url, { 'x-forwarded-for': address });

async function aPersonElsewhere(browser = from()): Promise<PersonMade> {
  const member = await operator.create<MemberMade>(`/v1/orgs/${orgId}/members`, { email: anAddress() });
  const password = 'four good words here';
  expect((await browser.join(linkOf(member), password)).status).toBe(303);
  const { user } = await browser.state();
  return { email: member.email, password, userId: user?.id ?? '', memberId: member.id, browser };
}

const guess = (browser: Visitor, email: string): Promise<Answer> => browser.signIn(email, 'a guess that is wrong');
/** What an answer tells beside its own number. */
const told = ({ status, body, headers }: Answer): unknown => [status, { ...body, request_id: '' }, headers.get('content-type')];

describe('attack 27: cross-site requests', () => {
  // Seen to fail when FormTokens.verify returns at once.
  it('403 form_expired for every form without token, with one of another browser, of another session, or of nobody', async () => {
    const { browser, email, password } = await aPersonElsewhere();
    const [another, earlier] = [(await from().state()).csrf_token, (await browser.state()).csrf_token];
    expect((await browser.signIn(email, password)).status).toBe(303);
    const forms = [
      '/login',
      '/login/join',
      '/login/join/signed-in',
      '/login/reset',
      '/logout',
      '/account/sessions/end-others',
      '/account/password',
    ];
    for (const path of forms)
      for (const token of [undefined, '', 'x', another, earlier])
        expect(
          refusalOf(await browser.post(path, { email, password, ...(token !== undefined && { csrf_token: token }) })),
          `${path} ${token}`,
        ).toEqual([403, 'form_expired']);
    expect(await browser.isSignedIn()).toBe(true);
  });

  it('403 form_expired with the right token when the browser says that another site sends it', async () => {
    const { browser } = await aPersonElsewhere();
    const { csrf_token: token } = await browser.state();
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: `${server.url}.evil.example` },
    ];
    for (const headers of foreign)
      expect(refusalOf(await browser.post('/logout', { csrf_token: token }, headers))).toEqual([403, 'form_expired']);
    expect(await browser.isSignedIn()).toBe(true);
    expect((await browser.post('/logout', { csrf_token: token }, { 'sec-fetch-site': 'same-origin', origin: server.url })).status).toBe(
      303,
    );
  });

  it('a token is worth nothing without the cookie, and no other origin may read one', async () => {
    const browser = from();
    const answer = await browser.get<{ csrf_token: string }>('/login/state');
    expect(refusalOf(await from().post('/login', { csrf_token: answer.body.csrf_token, email: 'a@b.example', password: 'x' }))).toEqual([
      403,
      'form_expired',
    ]);
    const cross = await fetch(`${server.url}/login/state`, { headers: { origin: 'https://evil.example' } });
    expect(cross.headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each([
    ['application/json', JSON.stringify({ email: 'a@b.example' })],
    ['text/plain', 'email=a@b.example'],
    ['multipart/form-data; boundary=x', '--x--'],
  ])('a body of %s is no form', async (type, body) => {
    const response = await fetch(`${server.url}/login`, { method: 'POST', headers: { 'content-type': type }, body });
    expect([415, 400]).toContain(response.status);
  });

  it('400 malformed_request for a field that is sent twice', async () => {
    const browser = from();
    await browser.state();
    const response = await fetch(`${server.url}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'email=a%40b.example&email=c%40d.example',
    });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, 'malformed_request']);
  });
});

describe('attack 24: open redirects', () => {
  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/%5cevil.example/..//evil.example'.replace('/%5c', '\\'),
    '/\t/evil.example',
    '/\n//evil.example',
    'javascript:alert(1)',
    'account',
    '/%0d%0aSet-Cookie:x=1'.replace('%0d%0a', '\r\n'),
    `/${'x'.repeat(5_000)}`,
  ])('return_to %j leads to the account page', async (target) => {
    const { email, password } = await aPersonElsewhere();
    const answer = await from().signIn(email, password, { return_to: target });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `${server.url}/account`]);
  });
});

describe('attack 29: what is sent at sign-in is not sent on', () => {
  it('303 after every form, so that no browser repeats it elsewhere', async () => {
    const { browser, email, password } = await aPersonElsewhere();
    expect((await from().signIn(email, password)).status).toBe(303);
    expect((await browser.submit('/account/sessions/end-others')).status).toBe(303);
    expect((await browser.submit('/logout')).status).toBe(303);
  });
});

describe('attack 30: session fixation', () => {
  // Seen to fail when Sessions.begin goes on with the token that the browser sent.
  it('the session gets a new name at every sign-in, and the one before ends', async () => {
    const { browser, email, password } = await aPersonElsewhere();
    const before = browser.copy();
    expect((await browser.signIn(email, password)).status).toBe(303);
    expect(browser.sessionToken).not.toBe(before.sessionToken);
    expect([await browser.isSignedIn(), await before.isSignedIn()]).toEqual([true, false]);
  });

  it('a name that the browser was given by somebody else is not taken over', async () => {
    const { email, password } = await aPersonElsewhere();
    const browser = from();
    const planted = 'A'.repeat(43);
    browser.cookies.set('countersign-session', planted);
    expect((await browser.signIn(email, password)).status).toBe(303);
    expect(browser.sessionToken).not.toBe(planted);
    const thief = from();
    thief.cookies.set('countersign-session', planted);
    expect(await thief.isSignedIn()).toBe(false);
  });

  it('two cookies of one name are none: one of them was planted', async () => {
    const { browser } = await aPersonElsewhere();
    const send = (cookie: string): Promise<number> =>
      fetch(`${server.url}/account/sessions`, { headers: { cookie } }).then(({ status }) => status);
    const own = `countersign-session=${browser.sessionToken}`;
    expect(await send(own)).toBe(200);
    expect(await send(`countersign-session=${'A'.repeat(43)}; ${own}`)).toBe(401);
    expect(await send(`${own}; ${own}`)).toBe(401);
    for (const cookie of [
      '',
      '=',
      'countersign-session',
      'countersign-session=',
      `countersign-session="${browser.sessionToken}"`,
      'x'.repeat(9_000),
    ])
      expect(await send(cookie)).toBe(401);
  });

  it('cookies: not for scripts, not for other sites; with TLS for this host alone and only by TLS (HTTP-13)', async () => {
    const { email, password } = await aPersonElsewhere();
    const plain = await from().signIn(email, password);
    const secure = await startTestServer({ PUBLIC_URL: 'https://auth.example.com' });
    try {
      const [user] = secure.orgs[0].users ?? [];
      const safe = await new Visitor(secure.url).signIn(user?.email ?? '', user?.password ?? '');
      for (const [answer, prefix, tail] of [
        [plain, '', ''],
        [safe, '__Host-', '; Secure'],
      ] as const) {
        expect(answer.status).toBe(303);
        const cookies = answer.headers.getSetCookie();
        const session = cookies.find((cookie) => cookie.includes('countersign-session='));
        expect(session).toMatch(new RegExp(`^${prefix}countersign-session=[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Lax${tail}$`));
        for (const cookie of cookies) expect(cookie).toMatch(new RegExp(`^${prefix}[^;]+; Path=/; HttpOnly; SameSite=Lax${tail}`));
        for (const cookie of cookies) expect(cookie).not.toMatch(/domain/i);
      }
      expect(safe.headers.get('location')).toBe('https://auth.example.com/account');
    } finally {
      await secure.stop();
    }
  });
});

describe('HTTP-17: unknown people and wrong passwords', () => {
  it('are answered alike, and so is somebody who was disabled', async () => {
    const [someone, disabled] = [await aPersonElsewhere(), await aPersonElsewhere()];
    await api.post(`/v1/users/${disabled.userId}/disable`);
    const wrong = await guess(from(), someone.email);
    expect(refusalOf(wrong)).toEqual([401, 'sign_in_refused']);
    for (const answer of [
      await guess(from(), anAddress()),
      await guess(from(), 'no address at all'),
      await guess(from(), "' OR '1'='1"),
      await from().signIn(disabled.email, disabled.password),
    ])
      expect(told(answer)).toEqual(told(wrong));
  });

  // Seen to fail when nothing is hashed for unknown people.
  it('take the same time', async () => {
    const someone = await aPersonElsewhere();
    const middle = async (email: () => string): Promise<number> => {
      const times: number[] = [];
      for (let i = 0; i < 9; i++) {
        const browser = from();
        const { csrf_token: token } = await browser.state();
        const start = performance.now();
        await browser.post('/login', { csrf_token: token, email: email(), password: 'a guess that is wrong' });
        times.push(performance.now() - start);
      }
      return times.sort((a, b) => a - b)[4] ?? 0;
    };
    const known = await middle(() => someone.email);
    const unknown = await middle(() => anAddress());
    expect(unknown / known).toBeGreaterThan(0.5);
    expect(unknown / known).toBeLessThan(2);
  });
});

describe('guessing', () => {
  it('429 rate_limited with Retry-After for the eleventh try at an account from one source, known or not', async () => {
    for (const email of [(await aPersonElsewhere()).email, anAddress()]) {
      const browser = from();
      for (let i = 0; i < 10; i++) expect(refusalOf(await guess(browser, email))).toEqual([401, 'sign_in_refused']);
      const refused = await guess(browser, email);
      expect(refusalOf(refused)).toEqual([429, 'rate_limited']);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    }
  });

  // Seen to fail when tries are counted after the password was looked at.
  it('many at once are not more than ten', async () => {
    const { email } = await aPersonElsewhere();
    const browser = from('203.0.113.77');
    const { csrf_token: token } = await browser.state();
    const form = { csrf_token: token, email, password: 'a guess that is wrong' };
    const answers = await Promise.all(Array.from({ length: 39 }, () => browser.post('/login', form)));
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(10);
  });

  it('429 for one source that tries many accounts, and for an IPv6 customer with many addresses', async () => {
    const browser = from();
    const { csrf_token: token } = await browser.state();
    const tryAt = (address: string): Promise<Answer> =>
      browser.post('/login', { csrf_token: token, email: anAddress(), password: 'a guess' }, { 'x-forwarded-for': address });
    const statuses: number[] = [];
    for (let i = 0; i < 42; i++) statuses.push((await tryAt(`2001:db8:7:7::${i.toString(16)}`)).status);
    expect(statuses.slice(0, 40).every((status) => status === 401)).toBe(true);
    expect(statuses.slice(40)).toEqual([429, 429]);
    expect((await tryAt('2001:db8:7:8::1')).status).toBe(401);
  });

  // Seen to fail when KnownBrowsers.find answers undefined.
  it('strangers who guess from everywhere lock nobody out of a browser that they have used', async () => {
    const someone = await aPersonElsewhere();
    await someone.browser.submit('/logout');
    for (let i = 0; i < 31; i++) await guess(from(), someone.email);
    expect(refusalOf(await from().signIn(someone.email, someone.password))).toEqual([429, 'rate_limited']);
    expect((await someone.browser.signIn(someone.email, someone.password)).status).toBe(303);
  });

  // Seen to fail when the tries of a known browser are counted for its source too.
  it('nor does a stranger behind the same address, nor a page that makes browsers there open ours', async () => {
    const address = '203.0.113.80';
    const someone = await aPersonElsewhere(from(address));
    const guesser = from(address);
    const { csrf_token: token } = await guesser.state();
    const statuses: number[] = [];
    for (let i = 0; i < 41; i++)
      statuses.push((await guesser.post('/login', { csrf_token: token, email: anAddress(), password: 'a guess' })).status);
    expect(statuses.at(-1)).toBe(429);
    const embedded = new Visitor(server.url, { 'x-forwarded-for': address, 'sec-fetch-dest': 'image', 'sec-fetch-site': 'cross-site' });
    for (let i = 0; i < 25; i++)
      for (const path of ['/login/join?link=x', '/login/reset?link=x', '/login/callback/idp_01kamx4f5ye8wvq3m2ts6dgn0h'])
        expect(refusalOf(await embedded.get(path))).toEqual([403, 'embedded_request']);
    expect((await someone.browser.signIn(someone.email, someone.password)).status).toBe(303);
    const { join_url: link } = await operator.create<MemberMade>(`/v1/orgs/${orgId}/members`, { email: anAddress() });
    expect((await guesser.get(link ?? '')).status).toBe(200);
  });

  it('an IPv6 customer with a /48 is one, whatever the /64', async () => {
    const visit = async (address: string): Promise<number> => (await from(address).get('/login/join?link=x')).status;
    for (let i = 0; i < 80; i++) expect(await visit(`2001:db8:48:${i % 4}::${i}`)).toBe(410);
    expect([await visit('2001:db8:48:9::1'), await visit('2001:db8:49:9::1')]).toEqual([429, 410]);
  });

  // Seen to fail when the changed password is tried by the front door: the change was made, and answered 429 without a session.
  it('a password is changed with the last try that there is, and the browser stays signed in', async () => {
    const { browser, email, password } = await aPersonElsewhere();
    const thief = browser.copy();
    for (let i = 0; i < 9; i++) expect((await guess(thief, email)).status).toBe(401);
    const form = { current_password: password, new_password: 'four entirely other words' };
    expect((await browser.submit('/account/password', form)).status).toBe(303);
    expect(await browser.isSignedIn()).toBe(true);
  });

  it('a browser is known to the account it signed in to and to no other, and cannot make itself known', async () => {
    const [someone, victim] = [await aPersonElsewhere(), await aPersonElsewhere()];
    for (let i = 0; i < 31; i++) await guess(from(), victim.email);
    const thief = someone.browser.copy();
    expect(refusalOf(await thief.signIn(victim.email, victim.password))).toEqual([429, 'rate_limited']);
    const forger = from();
    forger.cookies.set('countersign-known', `${'A'.repeat(22)}.${'A'.repeat(43)}`);
    expect(refusalOf(await forger.signIn(victim.email, victim.password))).toEqual([429, 'rate_limited']);
  });

  it('a known browser has tries of its own, and not more of them', async () => {
    const someone = await aPersonElsewhere();
    for (let i = 0; i < 10; i++) expect((await guess(someone.browser, someone.email)).status).toBe(401);
    expect((await guess(someone.browser, someone.email)).status).toBe(429);
  });
});

describe('a change in the middle of a sign-in', () => {
  // Seen to fail when holdPassword does not compare the hash, and when it does not look at the person.
  it.each([
    ['another password', `UPDATE user_passwords SET hash = hash || 'x' WHERE user_id = $1`],
    ['the person disabled', `UPDATE users SET status = 'disabled' WHERE id = $1`],
  ])('401 when it ends with %s: what was right when it began is asked again', async (_, change) => {
    const someone = await aPersonElsewhere();
    const browser = from();
    const client = new Client({ connectionString: server.files.runtimeUrl });
    await client.connect();
    try {
      await client.query('BEGIN; SET LOCAL ROLE countersign_platform');
      await client.query(change, [someone.userId]);
      const signingIn = browser.signIn(someone.email, someone.password);
      // By now the password was found right, and the session waits for the change that is not committed yet.
      await pause(700);
      await client.query('COMMIT');
      expect(refusalOf(await signingIn)).toEqual([401, 'sign_in_refused']);
      expect(await browser.isSignedIn()).toBe(false);
    } finally {
      await client.end();
    }
  });
});
