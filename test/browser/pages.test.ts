import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { Operator } from '../support/builders.js';
import { chromiumUnlessAbsent } from '../support/browser.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import {
  admit,
  anApp,
  aDraft,
  authorizationQuery,
  choose,
  interactionOf,
  pkce,
  READ,
  redeem,
  REPORTS,
  type AppMade,
} from '../support/delegation.js';
import { aDeviceApp, codesFor, poll, type DeviceCodesMade } from '../support/devices.js';
import { freePort } from '../support/launch.js';
import { aPerson, linkOf, Visitor, type MemberMade, type PersonMade } from '../support/visitor.js';
import { skipBecause } from '../support/skip-because.js';

const BROWSER_ACCEPT = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' };
const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" width="32" height="32"><circle cx="16" cy="16" r="16"/></svg>';

let server: TestServer;
let operator: Operator;
let browser: Browser | undefined;
/** The app's callback, which sends the browser on to a server of another name, as many do. */
let partner: { url: string; home: string; frames: string; answers: URL[]; stop(): void };
let app: AppMade;
let draft: AppMade;
let tool: AppMade;
/** It registered by itself, under a name that reads like another one. */
let agent: AppMade;
let person: PersonMade;

beforeAll(async () => {
  const logo = join(mkdtempSync(join(tmpdir(), 'countersign-logo-')), 'logo.svg');
  writeFileSync(logo, LOGO);
  // A bright colour, so that what is written on it and in it has to be made readable.
  const port = String(await freePort());
  const publicUrl = `http://localhost:${port}`;
  server = await startTestServer({
    PORT: port,
    PUBLIC_URL: publicUrl,
    SELF_REGISTERED_APP_AUDIENCES: `${publicUrl}/analytics`,
    RATE_LIMIT_SIGN_IN_PER_ACCOUNT: '4',
    BRAND_NAME: 'Northwind <Identity>',
    BRAND_COLOR: '#ffd400',
    BRAND_LOGO_FILE: logo,
  });
  operator = await Operator.of(server);
  partner = await startPartner();
  const fields = { client_type: 'public', redirect_uris: ['http://127.0.0.1/callback'] };
  app = await anApp(operator, { ...fields, name: 'Charts <i>&', policy_uri: 'https://charts.example/privacy' });
  // What nobody has reviewed works for its publisher alone.
  draft = await aDraft(operator, { ...fields, name: 'Quick Export', publisher_org_id: server.orgs[0].id });
  tool = await aDeviceApp(operator);
  agent = await aDraft(operator, {
    ...fields,
    kind: 'agent',
    publisher_org_id: server.orgs[0].id,
    logo_uri: 'https://agent.example/logo.svg',
  });
  await server.sql(`UPDATE third_party_apps SET registration = 'dynamic', name = $2, publisher = 'Anthropic' WHERE id = $1`, [
    agent.id,
    `\u202EСlaude\u200B ${'of the best of all companies '.repeat(5)}`,
  ]);
  await admit(operator, server.orgs[0].id, { mode: 'all' });
  await admit(operator, server.orgs[1].id, { mode: 'ask' });
  person = await aPerson(operator, server.orgs[0].id);
  browser = await chromiumUnlessAbsent();
});
afterAll(async () => {
  await browser?.close();
  partner?.stop();
  await server.stop();
});

let context: BrowserContext;
let page: Page;
let complaints: string[];
let hosts: Set<string>;

beforeEach(async (test: TestContext) => {
  if (!browser) skipBecause(test, 'no browser starts on this machine');
  context = await browser.newContext({ javaScriptEnabled: false });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  complaints = [];
  hosts = new Set();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
});
afterEach(() => context?.close());

async function startPartner(): Promise<typeof partner> {
  const answers: URL[] = [];
  const listen = (handler: Parameters<typeof createServer>[1]): Promise<Server> =>
    new Promise((resolve) => {
      const started = createServer(handler).listen(0, () => resolve(started));
    });
  const portOf = (one: Server): number => (one.address() as AddressInfo).port;
  const frame = (path: string): string => `<iframe src="${server.url}${path}"></iframe>`;
  const frames = frame('/health/live') + frame('/login');
  const home = await listen((request, response) =>
    response.setHeader('content-type', 'text/html').end(request.url === '/frames' ? frames : '<title>home</title>Connected'),
  );
  const homeUrl = `http://localhost:${portOf(home)}/home`;
  const callback = await listen((request, response) => {
    answers.push(new URL(request.url ?? '/', 'http://127.0.0.1'));
    response.writeHead(302, { location: homeUrl }).end();
  });
  const stop = (): void => {
    for (const one of [home, callback]) one.close().closeAllConnections();
  };
  const framesUrl = `http://127.0.0.1:${portOf(home)}/frames`;
  return { url: `http://127.0.0.1:${portOf(callback)}/callback`, home: homeUrl, frames: framesUrl, answers, stop };
}

function addressFor(one: AppMade, proof = pkce(), more: Record<string, string | undefined> = {}): string {
  const asked = { redirect_uri: partner.url, audience: `${server.url}/analytics`, org_id: server.orgs[0].id, ...more };
  return `${server.url}/oauth/authorize?${authorizationQuery(one, proof, asked)}`;
}

async function signIn({ email, password }: { email: string; password: string }): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Signed in without the form, so that no try is used up. */
async function enter(visitor: Visitor): Promise<void> {
  await context.addCookies([...visitor.cookies].map(([name, value]) => ({ name, value, url: server.url, sameSite: 'Lax' as const })));
}

const heading = (): Promise<string> => page.getByRole('heading', { level: 1 }).innerText();

describe('from the app to its code, without a script', () => {
  it('allows what stays ticked, and nothing of another server is loaded on the way (attack 32)', async () => {
    const proof = pkce();
    await page.goto(addressFor(app, proof));
    expect(await page.locator('main').innerText()).toContain('Charts <i>&');
    await signIn(person);
    expect(await heading()).toBe('Allow Charts <i>& to use Saasalytics for you?');
    const text = await page.locator('main').innerText();
    for (const told of [
      'Charts Ltd',
      person.email,
      server.orgs[0].name,
      'Read metrics, customers',
      'Medium risk',
      'a program on this computer',
      '180 days',
    ])
      expect(text).toContain(told);
    expect([...hosts]).toEqual([new URL(server.url).host]);
    await page.getByRole('checkbox', { name: REPORTS }).uncheck();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(partner.home);
    expect(complaints).toEqual([]);
    const code = partner.answers.at(-1)?.searchParams.get('code') ?? '';
    const tokens = await redeem(server.url, app, code, proof, { redirect_uri: partner.url });
    expect(tokens.body).toMatchObject({ scope: READ, token_type: 'Bearer' });
  });

  // Seen to fail when GET /consent redirects there: the sign-in form that led to it may lead to us alone.
  it('an app on the device gets its answer also when a sign-in was all that was missing', async () => {
    const redirect_uri = 'com.example.ledger:/callback';
    const installed = await anApp(operator, { redirect_uris: [redirect_uri], name: 'Ledger' });
    const visitor = person.browser.copy();
    const begun = await visitor.get(addressFor(installed, pkce(), { redirect_uri }).slice(server.url.length));
    await choose(visitor, interactionOf(begun));
    await page.goto(addressFor(installed, pkce(), { redirect_uri }));
    await signIn(person);
    await page.getByRole('heading', { name: 'Back to the app' }).waitFor();
    expect(await page.getByRole('link', { name: 'Go on' }).getAttribute('href')).toContain(`${redirect_uri}?code=`);
    expect(complaints.filter((text) => text.includes('Content Security Policy'))).toEqual([]);
  });

  it('tells the app when somebody refuses', async () => {
    await enter(person.browser);
    await page.goto(addressFor(app));
    await page.getByRole('button', { name: 'Refuse' }).click();
    await page.waitForURL(partner.home);
    expect(Object.fromEntries(partner.answers.at(-1)?.searchParams ?? [])).toMatchObject({ error: 'access_denied', iss: server.url });
  });

  it('422 shows the question again where nothing is ticked, and it still waits', async () => {
    await enter(person.browser);
    await page.goto(addressFor(app));
    for (const box of await page.getByRole('checkbox').all()) await box.uncheck();
    const [answer] = await Promise.all([page.waitForResponse(/\/consent$/), page.getByRole('button', { name: 'Allow' }).click()]);
    expect(answer.status()).toBe(422);
    await page.getByRole('alert').getByText('Nothing is ticked').waitFor();
    expect(await page.getByRole('checkbox', { checked: true }).count()).toBe(0);
    await page.getByRole('checkbox', { name: READ }).check();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(partner.home);
    expect(partner.answers.at(-1)?.searchParams.get('code')).toBeTruthy();
  });

  it('is possible with the keyboard alone', async () => {
    const someone = await aPerson(operator, server.orgs[0].id);
    await page.goto(addressFor(app));
    await page.locator('#email:focus').waitFor();
    await page.keyboard.type(someone.email);
    await page.keyboard.press('Tab');
    await page.keyboard.type(someone.password);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Allow' }).waitFor();
    const focused = (): Promise<string | null> => page.locator(':focus').getAttribute('value');
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press('Tab');
      if ((await focused()) === 'allow') break;
    }
    await page.keyboard.press('Enter');
    await page.waitForURL(partner.home);
    expect(partner.answers.at(-1)?.searchParams.get('code')).toBeTruthy();
  });

  it('attack 77, CON-1: an agent that registered by itself is shown for that, whatever it calls itself', async () => {
    await enter(person.browser);
    await page.goto(addressFor(agent));
    expect(await heading()).toMatch(/^Allow Сlaude of the best of all companies [a-z ]+… to use Saasalytics for you\?$/);
    expect(await page.content()).not.toMatch(/[\u200B\u202A-\u202E\u2066-\u2069]/);
    const text = await page.locator('main').innerText();
    for (const told of [
      'It has registered by itself, and nobody has checked who it is',
      'Look at its name twice',
      'Your answer goes to a program on this computer',
      'registered by itself',
      'Each of its tokens works for 15 minutes',
      'Read metrics, customers',
      '180 days',
    ])
      expect(text).toContain(told);
    // Whom it claims to be from is its own word, and its picture would be one more.
    expect(text).not.toContain('Anthropic');
    expect([...hosts]).toEqual([new URL(server.url).host]);
    expect(await page.locator('main img').count()).toBe(0);
  });

  it('an organization that decides by its administrators can be asked', async () => {
    const someone = await aPerson(operator, server.orgs[1].id);
    await enter(someone.browser);
    await page.goto(addressFor(app, pkce(), { org_id: undefined }));
    expect(await page.getByRole('button', { name: 'Allow' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Ask an administrator' }).click();
    await page.waitForURL(partner.home);
    const requests = await fetch(`${server.url}/v1/orgs/${server.orgs[1].id}/app-requests`, {
      headers: { authorization: `Bearer ${operator.token}` },
    });
    expect(await requests.text()).toContain(app.id);
  });
});

describe('from the code of a device to its tokens, without a script', () => {
  const aCode = (): Promise<DeviceCodesMade> => codesFor(server.url, tool);

  it('signs in, types the code, sees where it comes from, and allows it', async () => {
    const codes = await aCode();
    // Somebody new, because tries to sign in are few here.
    const someone = await aPerson(operator, server.orgs[0].id);
    await page.goto(codes.verification_uri);
    await signIn(someone);
    expect(await heading()).toBe('Connect a device');
    await page.getByLabel('Code').fill('bcdf ghjk');
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('alert').getByText('No device waits with this code').waitFor();
    expect(await page.getByLabel('Code').inputValue()).toBe('bcdf ghjk');
    await page.getByLabel('Code').fill(codes.user_code.toLowerCase().replace('-', ' '));
    await page.getByRole('button', { name: 'Go on' }).click();
    expect(await heading()).toBe('Allow Report tool to use Saasalytics for you?');
    const text = await page.locator('main').innerText();
    for (const told of [codes.user_code, '127.0.0.1', 'just now', 'If somebody sent you the code', someone.email, server.orgs[0].name])
      expect(text).toContain(told);
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.waitForURL(`${server.url}/device/done`);
    expect(await heading()).toBe('Done. Go back to your device');
    expect([(await poll(server.url, tool, codes)).status, complaints]).toEqual([200, []]);
    expect([...hosts]).toEqual([new URL(server.url).host]);
  });

  it('a link with the code asks whether the device shows it, and a refusal is told to both', async () => {
    await enter(person.browser);
    const codes = await aCode();
    await page.goto(codes.verification_uri_complete);
    expect(await heading()).toBe('Does your device show this code?');
    await page.getByRole('button', { name: 'Yes' }).click();
    await page.getByRole('button', { name: 'Refuse' }).click();
    await page.waitForURL(`${server.url}/device/refused`);
    expect((await poll(server.url, tool, codes)).body).toMatchObject({ error: 'access_denied' });
  });
});

describe('what goes wrong is told on a page', () => {
  it('401 an unknown address and a wrong password look the same, and what was typed stays (HTTP-17)', async () => {
    const [known, unknown] = [person.email, 'nobody@people.example'];
    const seen: string[] = [];
    for (const email of [known, unknown]) {
      await page.goto(`${server.url}/login?return_to=%2Fconsent%3Fx`);
      const [answer] = await Promise.all([page.waitForResponse(/\/login$/), signIn({ email, password: 'not the password' })]);
      expect(answer.status()).toBe(401);
      expect(await page.getByLabel('E-mail address').inputValue()).toBe(email);
      expect(await page.locator('input[name=return_to]').getAttribute('value')).toBe('/consent?x');
      seen.push((await page.content()).replaceAll(email, 'EMAIL'));
    }
    expect(seen[0]).toBe(seen[1]);
    await page.getByRole('alert').getByText('do not fit together').waitFor();
  });

  it('429 says how long to wait', async () => {
    const visitor = new Visitor(server.url);
    let answer = await visitor.signIn('many@people.example', 'a guess');
    const { csrf_token } = await visitor.state();
    for (let tries = 0; tries < 5; tries++)
      answer = await visitor.post('/login', { csrf_token, email: 'many@people.example', password: 'a guess' }, BROWSER_ACCEPT);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([429, 'text/html; charset=utf-8']);
    expect(answer.text).toMatch(/Wait (?:a minute|\d+ minutes), then try again/);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  });

  it('422 a password that is too short is told below its field, and the name stays', async () => {
    const member = await operator.create<MemberMade>(`/v1/orgs/${server.orgs[0].id}/members`, {
      email: 'short@people.example',
      role: 'member',
    });
    const visitor = new Visitor(server.url);
    const { csrf_token } = await visitor.state();
    const form = { csrf_token, link: linkOf(member), name: 'Grace "Amazing" Hopper', password: 'short' };
    const answer = await visitor.post('/login/join', form, BROWSER_ACCEPT);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain('shorter than 12 characters');
    expect(answer.text).toContain('value="Grace &quot;Amazing&quot; Hopper"');
    expect(answer.text).not.toContain('value="short"');
  });

  it('410 a link that has ended is explained', async () => {
    const answer = await page.goto(`${server.url}/login/join?link=csn_invite_nothing`);
    expect([answer?.status(), await heading()]).toEqual([410, 'This link has ended']);
  });

  // The second one was seen to fail when PageErrors takes a Problem of a page that is drawn again for a defect.
  it.each([
    ['/login/join', { link: 'csn_invite_nothing' }, 403, 'This page was open too long'],
    ['/consent', { interaction: 'nothing', decision: 'allow' }, 404, 'This request has ended'],
  ])('a form of %s whose subject is gone meanwhile is answered with a page', async (path, form, status, title) => {
    const visitor = new Visitor(server.url);
    await visitor.state();
    const answer = await visitor.post(path, { csrf_token: 'of another session', ...form }, BROWSER_ACCEPT);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
    expect(answer.text).toContain(`<h1>${title}</h1>`);
    expect(server.process.log).not.toContain('error_page.failed');
  });

  it('404 a request that has ended is explained, and programs get the document', async () => {
    const answer = await page.goto(`${server.url}/consent?interaction=nothing`);
    expect([answer?.status(), await heading()]).toEqual([404, 'This request has ended']);
    const document = await new Visitor(server.url).get('/consent?interaction=nothing');
    expect([document.status, document.body['code']]).toEqual([404, 'interaction_ended']);
  });

  it('400 what an app did wrong is told to the person, not to another server (attack 24)', async () => {
    const answer = await page.goto(addressFor(app, pkce(), { redirect_uri: 'https://evil.example/' }));
    expect([answer?.status(), await heading()]).toEqual([400, 'This app cannot be connected']);
    expect(await page.locator('main').innerText()).toContain('invalid_request');
    expect([...hosts]).toEqual([new URL(server.url).host]);
  });
});

describe('pages in hostile surroundings', () => {
  /** The cookies of the browser stay away (SameSite); what holds where they come along is in test/security. */
  it('403 attack 27: the form of another site allows nothing, and the request still waits', async () => {
    await enter(person.browser);
    await page.goto(addressFor(app));
    const interaction = new URL(page.url()).searchParams.get('interaction') ?? '';
    const before = partner.answers.length;
    await page.route('http://evil.example/**', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body:
          `<form method="post" action="${server.url}/consent"><input name="interaction" value="${interaction}">` +
          `<input name="decision" value="allow"><input name="org_id" value="${server.orgs[0].id}"><input name="scope" value="${READ}"><button>Win</button></form>`,
      }),
    );
    await page.goto('http://evil.example/');
    const [answer] = await Promise.all([page.waitForResponse(/\/consent$/), page.getByRole('button', { name: 'Win' }).click()]);
    expect(answer.status()).toBe(403);
    // A new cookie here would take away what the browser has begun elsewhere.
    expect(await answer.headerValue('set-cookie')).toBeNull();
    expect(await heading()).toBe('This page was open too long');
    expect(partner.answers).toHaveLength(before);
    await page.goto(`${server.url}/consent?interaction=${interaction}`);
    expect(await page.getByRole('button', { name: 'Allow' }).count()).toBe(1);
  });

  it('attack 28: no page shows itself in a frame', async () => {
    const answered = page.waitForResponse(`${server.url}/login`);
    await page.goto(partner.frames);
    expect((await answered).status()).toBe(200);
    // The first one shows that frames work here at all.
    await expect
      .poll(() => page.frames().map((each) => each.url()))
      .toEqual([partner.frames, `${server.url}/health/live`, 'chrome-error://chromewebdata/']);
  });

  it.each([
    ['GET /login', '/login'],
    ['GET /login/join', '/login/join?link=x'],
    ['GET /login/organization', '/login/organization?login_hint=%22%3E%3Cscript%3E'],
    ['GET /logout/done', '/logout/done'],
    ['GET /consent', '/consent?interaction=x'],
    ['GET /oauth/authorize', '/oauth/authorize?client_id=x'],
  ])('attacks 28 and 32: %s carries headers under which nothing runs or leaks', async (_name, path) => {
    const answer = await fetch(server.url + path, { headers: BROWSER_ACCEPT });
    const html = await answer.text();
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(html).not.toMatch(/<script|<style|\sstyle=|\son\w+=/i);
    expect([...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, to]) => to).filter((to) => !/^[/#](?!\/)/.test(to ?? ''))).toEqual([]);
  });

  it('an answer for an app on the device may be sent to its scheme, and to no other', async () => {
    const native = await anApp(operator, { client_type: 'public', redirect_uris: ['com.example.charts:/callback'], name: 'Native' });
    const visitor = person.browser.copy();
    const begun = await visitor.get(addressFor(native, pkce(), { redirect_uri: 'com.example.charts:/callback' }).slice(server.url.length));
    const answer = await fetch(begun.headers.get('location') ?? '', {
      headers: { ...BROWSER_ACCEPT, cookie: [...visitor.cookies].map((pair) => pair.join('=')).join('; ') },
    });
    expect(answer.headers.get('content-security-policy')).toContain("form-action 'self' com.example.charts:;");
  });
});

describe('what pages refer to', () => {
  it('the stylesheet and the logo are kept for ever, other versions of them are not', async () => {
    const html = await (await fetch(`${server.url}/login`)).text();
    const files = [...new Set([...html.matchAll(/(?:src|href)="(\/assets\/[^"]*)"/g)].map(([, path]) => path ?? ''))];
    expect(files.map((path) => path.split('.')[1]).sort()).toEqual(['css', 'svg']);
    for (const path of files) {
      const answer = await fetch(server.url + path);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
      const other = await fetch(server.url + path.replace(/[0-9a-f]{16}/, '0'.repeat(16)));
      expect([other.status, other.headers.get('cache-control')]).toEqual([200, 'no-cache']);
    }
    expect(html).toContain('Northwind &lt;Identity&gt;');
    expect((await fetch(`${server.url}/assets/pages.css`)).status).toBe(404);
  });
});

describe('everybody can read them', () => {
  const LOOKS = [
    { name: 'light', colorScheme: 'light', width: 1_000 },
    { name: 'dark', colorScheme: 'dark', width: 1_000 },
    { name: 'phone', colorScheme: 'light', width: 390 },
    { name: 'dark phone', colorScheme: 'dark', width: 390 },
  ] as const;

  /** Goes to a page; some need a form to be sent first. */
  const PAGES: readonly [string, () => Promise<unknown>][] = [
    ['sign-in', () => page.goto(`${server.url}/login`)],
    [
      'refused sign-in',
      async () => {
        await page.goto(`${server.url}/login`);
        await signIn({ email: 'nobody-else@people.example', password: 'a guess' });
        await page.getByRole('alert').waitFor();
      },
    ],
    ['join link', async () => page.goto((await invited('axe@people.example')).join_url ?? '')],
    ['join link of somebody known', async () => page.goto((await invited(person.email)).join_url ?? '')],
    ['sign-in with an organization', () => page.goto(`${server.url}/login/organization`)],
    ['sign-in at a provider', async () => asPerson((await aProvider()).sign_in_url)],
    ['link that has ended', () => page.goto(`${server.url}/login/join?link=x`)],
    ['signed out', () => page.goto(`${server.url}/logout/done`)],
    ['error of an app', () => page.goto(`${server.url}/oauth/authorize?client_id=x`)],
    ['consent', () => asPerson(addressFor(app))],
    ['code of a device', () => asPerson(`${server.url}/device`)],
    ['code of a device, from a link', async () => asPerson((await codesFor(server.url, tool)).verification_uri_complete)],
    [
      'consent for a device',
      async () => {
        await asPerson((await codesFor(server.url, tool)).verification_uri_complete);
        await page.getByRole('button', { name: 'Yes' }).click();
        await page.getByRole('button', { name: 'Allow' }).waitFor();
      },
    ],
    ['device connected', () => page.goto(`${server.url}/device/done`)],
    ['device refused', () => page.goto(`${server.url}/device/refused`)],
    ['consent to what nobody reviewed', () => asPerson(addressFor(draft))],
    ['consent to an agent that registered by itself', () => asPerson(addressFor(agent))],
    ['sign-out', () => asPerson(`${server.url}/logout`)],
    [
      'sign-in to an app',
      async () => asPerson(addressFor(await aSignInApp(), pkce(), { audience: undefined, scope: 'openid profile email' })),
    ],
    ['sign-out that an app asks for', async () => asPerson(`${server.url}/oauth/logout?client_id=${(await aSignInApp()).client_id}`)],
    ['sign-in once more', () => asPerson(addressFor(app, pkce(), { prompt: 'login' }))],
    ['choice of the organization', () => inTwoOrgs(addressFor(app, pkce(), { org_id: undefined }))],
  ];

  const aSignInApp = (): Promise<AppMade> =>
    anApp(operator, {
      redirect_uris: ['http://127.0.0.1/callback'],
      grants: [{ audience: `${server.url}/oauth/userinfo`, scopes: ['openid', 'profile', 'email'] }],
    });

  const aProvider = (): Promise<{ sign_in_url: string }> =>
    operator.create(`/v1/orgs/${server.orgs[0].id}/identity-providers`, {
      name: 'Corp.',
      issuer: 'https://accounts.corp.example',
      client_id: 'countersign',
      client_secret: 'a secret of theirs',
    });

  const invited = (email: string): Promise<MemberMade> =>
    operator.create<MemberMade>(`/v1/orgs/${server.orgs[1].id}/members`, { email, role: 'member' });

  async function asPerson(address: string): Promise<void> {
    await enter(person.browser);
    await page.goto(address);
  }

  async function inTwoOrgs(address: string): Promise<void> {
    const someone = await aPerson(operator, server.orgs[0].id);
    await someone.browser.join(linkOf(await invited(someone.email)), someone.password);
    await enter(someone.browser);
    await page.goto(address);
    await page.getByRole('link', { name: server.orgs[1].name }).waitFor();
  }

  it.each(PAGES)('WCAG: axe finds nothing serious on the page "%s", and it fits a phone', async (_name, open) => {
    if (!browser) return;
    await context.close();
    // Colours that are on their way would be judged in between.
    context = await browser.newContext({ reducedMotion: 'reduce' });
    page = await context.newPage();
    await open();
    await page.evaluate(axe.source);
    for (const { name, colorScheme, width } of LOOKS) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      const found = await page.evaluate(async () => {
        const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run();
        return violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id} ${nodes[0]?.html}`);
      });
      expect(found, name).toEqual([]);
      const overhang = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
      expect(overhang, name).toBe(0);
    }
  });
});
