import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { decodeJwt } from 'jose';
import { operatorOf } from '../e2e/support/management.js';
import type { Operator } from '../support/builders.js';
import { chromiumUnlessAbsent } from '../support/browser.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { admit, anApp, diesWithin2s, READ, refresh, REPORTS, tokensFor, works, type AppMade } from '../support/delegation.js';
import { aReportingApi, anEntry, minuteAgo, sendReport } from '../support/usage.js';
import { aPerson, type PersonMade, Visitor } from '../support/visitor.js';
import { skipBecause } from '../support/skip-because.js';

const SCREENSHOTS = process.env['SCREENSHOTS'];
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let server: TestServer;
let operator: Operator;
let browser: Browser | undefined;
let context: BrowserContext;
let page: Page;
let person: PersonMade;
let app: AppMade;

beforeAll(async () => {
  server = await startTestServer();
  ({ operator } = await operatorOf(server));
  browser = await chromiumUnlessAbsent();
});
afterAll(async () => {
  await browser?.close();
  await server.stop();
});

/** Somebody who is signed in, in a browser without scripts. */
beforeEach(async (test: TestContext) => {
  if (!browser) skipBecause(test, 'no browser starts on this machine');
  const orgId = server.orgs[0].id;
  app = await anApp(operator, { name: 'Charts & Co', policy_uri: 'https://charts.example/privacy' });
  await admit(operator, orgId, { app_ids: [app.id] });
  person = await aPerson(operator, orgId, { name: 'Ada Lovelace' });
  context = await contextOf(person);
  page = await context.newPage();
});
afterEach(() => context?.close());

async function contextOf({ browser: visitor }: PersonMade, options: object = {}): Promise<BrowserContext> {
  const made = await browser!.newContext({ viewport: { width: 1280, height: 1000 }, javaScriptEnabled: false, ...options });
  made.setDefaultTimeout(15_000);
  await made.addCookies([...visitor.cookies].map(([name, value]) => ({ name, value, url: server.url })));
  return made;
}

async function picture(name: string, of: Page = page): Promise<void> {
  if (SCREENSHOTS) await of.screenshot({ path: `${SCREENSHOTS}/${name}.png`, fullPage: true });
}

/** What axe-core finds in the page with these options; it needs scripts, so it looks from a context of its own. */
async function findings(path: string, options: object, name: string): Promise<{ serious: string[]; overflow: number }> {
  const own = await contextOf(person, { javaScriptEnabled: true, bypassCSP: true, ...options });
  try {
    const seen = await own.newPage();
    await seen.goto(server.url + path);
    await seen.evaluate(AXE);
    const { violations } = (await seen.evaluate('axe.run()')) as AxeResults;
    await picture(name, seen);
    const overflow = (await seen.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')) as number;
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    return { serious: serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`), overflow };
  } finally {
    await own.close();
  }
}

const consentOf = (accessToken: string): string => String(decodeJwt(accessToken)['grant']);

describe('/account in a browser without scripts', () => {
  it('shows what apps may do and did; Revoke ends it at the API and at the refresh within 2 s', async () => {
    const tokens = await tokensFor(person.browser, app);
    await page.goto(`${server.url}/account`);
    const row = page.getByRole('listitem').filter({ hasText: 'Charts & Co' });
    expect(await row.innerText()).toMatch(
      /by Charts Ltd[\s\S]*Reviewed by Countersign[\s\S]*2 permissions at Saasalytics[\s\S]*Never used/,
    );
    expect(await works(server.url, tokens.access_token)).toBe(true);
    await row.getByRole('link', { name: 'Details of Charts & Co' }).click();
    expect(await page.getByText('Medium risk').count()).toBe(2);
    await page.getByRole('button', { name: 'Revoke Charts & Co' }).click();
    await diesWithin2s(server.url, tokens.access_token);
    expect((await refresh(server.url, app, tokens.refresh_token)).body['error']).toBe('invalid_grant');
    expect(await page.getByText('The app has no access any more.').isVisible()).toBe(true);
    expect(await page.getByText('No app has access.').isVisible()).toBe(true);
    await picture('account-revoked');
  });

  it('Details: what was used and what never, and only what stays ticked is kept', async () => {
    const tokens = await tokensFor(person.browser, app);
    await page.goto(`${server.url}/account`);
    await page.getByRole('link', { name: 'Details of Charts & Co' }).click();
    expect(await page.getByRole('checkbox').count()).toBe(2);
    await page.getByRole('checkbox', { name: READ }).uncheck();
    await page.getByRole('button', { name: 'Keep what is ticked' }).click();
    await diesWithin2s(server.url, tokens.access_token);
    expect(await page.getByRole('checkbox', { name: REPORTS }).isChecked()).toBe(true);
    expect(await page.getByRole('checkbox').count()).toBe(1);
    expect((await refresh(server.url, app, tokens.refresh_token)).body['scope']).toBe(REPORTS);
  });

  it('X8: which tools an agent called, what it was denied, and one press narrows it to what it used', async () => {
    const audience = `${server.url}/tools-${app.id}`;
    const scope = (name: string): object => ({
      name,
      description: `May ${name}.`,
      risk: 'low',
      assignable_by: 'org_admin',
      delegable: true,
    });
    const api = await aReportingApi(operator, {
      identifier: audience,
      name: 'Tools',
      scopes: [scope('read:things'), scope('write:things')],
    });
    const grants = [{ audience, scopes: ['read:things', 'write:things'] }];
    const agent = await anApp(operator, { kind: 'agent', name: 'Helper', grants });
    await admit(operator, server.orgs[0].id, { app_ids: [app.id, agent.id] });
    const tokens = await tokensFor(person.browser, agent, { resource: audience });
    const id = consentOf(tokens.access_token);
    await page.goto(`${server.url}/account/apps/${id}`);
    expect(await page.getByRole('button', { name: 'Narrow to what was used' }).count()).toBe(0);
    const made = { client_id: agent.id, grant_id: id };
    await sendReport(server.url, api, [
      anEntry({ ...made, operation: 'query_metrics', count: 7, minute: minuteAgo(3) }),
      anEntry({ ...made, operation: 'ingest_events', scopes: ['admin:things'], result: 'insufficient_scope', count: 2 }),
    ]);
    await page.reload();
    const rows = await page.getByRole('table').getByRole('row').allInnerTexts();
    expect(rows.map((row) => row.split(/\s+/).slice(0, 3).join(' '))).toEqual([
      'Name Calls Denied',
      'query_metrics 7 0',
      'ingest_events 0 2',
    ]);
    expect(await page.getByText('It has used 1 of 2 permissions so far.').isVisible()).toBe(true);
    await picture('account-agent');
    await page.getByRole('button', { name: 'Narrow to what was used' }).click();
    expect(await page.getByText('The app has only what is still ticked.').isVisible()).toBe(true);
    expect(await page.getByRole('checkbox').count()).toBe(1);
    expect((await refresh(server.url, agent, tokens.refresh_token)).body['scope']).toBe('read:things');
    for (const [name, options] of [
      ['dark', { colorScheme: 'dark' }],
      ['phone', { viewport: { width: 390, height: 844 } }],
    ] as const)
      expect(await findings(`/account/apps/${id}`, options, `account-agent-${name}`)).toEqual({ serious: [], overflow: 0 });
  });

  it('says that an app has no access where it is somebody else’s, ended, or nothing at all', async () => {
    const elsewhere = await aPerson(operator, server.orgs[0].id);
    const { access_token } = await tokensFor(elsewhere.browser, app);
    for (const id of [consentOf(access_token), 'con_01kamx4f5ye8wvq3m2ts6dgn0h', '%3Cscript%3E']) {
      const answer = await page.goto(`${server.url}/account/apps/${id}`);
      expect(answer?.status()).toBe(404);
      expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('This app has no access');
      expect(await page.content()).not.toContain('Charts');
    }
  });

  it('ends one session elsewhere, then all others; a changed password keeps this browser alone', async () => {
    const others = [new Visitor(server.url), new Visitor(server.url), new Visitor(server.url)];
    for (const other of others) expect((await other.signIn(person.email, person.password)).status).toBe(303);
    await page.goto(`${server.url}/account`);
    expect(await page.getByText('This browser').count()).toBe(1);
    await page.getByRole('button', { name: 'End A browser' }).first().click();
    expect(await page.getByText('Signed out there.').isVisible()).toBe(true);
    // The newest stands first.
    expect(await Promise.all(others.map((other) => other.isSignedIn()))).toEqual([true, true, false]);
    await page.getByRole('button', { name: 'Sign out everywhere else' }).click();
    expect(await Promise.all(others.map((other) => other.isSignedIn()))).toEqual([false, false, false]);
    await page.getByLabel('Present password').fill('not my password');
    await page.getByLabel('New password').fill('four entirely other words');
    await page.getByRole('button', { name: 'Change password' }).click();
    expect(await page.getByText('This is not your present password.').isVisible()).toBe(true);
    await picture('account-wrong-password');
    await page.getByLabel('Present password').fill(person.password);
    await page.getByLabel('New password').fill('aaaaaaaaaaaa');
    await page.getByRole('button', { name: 'Change password' }).click();
    expect(await page.getByLabel('New password').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('Present password').fill(person.password);
    await page.getByLabel('New password').fill('four entirely other words');
    await page.getByRole('button', { name: 'Change password' }).click();
    expect(await page.getByText('Your password was changed').isVisible()).toBe(true);
    expect((await others[0]!.signIn(person.email, 'four entirely other words')).status).toBe(303);
  });

  it('leads to the sign-in and back, also where the address is of an app; of anything else nothing is sent on', async () => {
    await context.clearCookies();
    const id = 'con_01kamx4f5ye8wvq3m2ts6dgn0h';
    for (const [path, returnTo] of [
      ['/account?done=revoked', '/account'],
      [`/account/apps/${id}`, `/account/apps/${id}`],
      ['/account/apps/https:%2F%2Felsewhere.example', '/account'],
    ] as const) {
      await page.goto(server.url + path);
      expect(page.url()).toBe(`${server.url}/login?return_to=${encodeURIComponent(returnTo)}`);
    }
  });
});

describe('/account for everybody', () => {
  it(
    'WCAG 2.2: axe-core finds nothing serious, light, dark and on a phone, where nothing is wider than the screen',
    { timeout: 120_000 },
    async () => {
      const api = await aReportingApi(operator, { name: 'Warehouse' });
      const used = await anApp(operator, {
        name: 'Ledger',
        publisher: 'Ledger Works GmbH',
        grants: [{ audience: api.identifier, scopes: ['read:things'] }],
      });
      await admit(operator, server.orgs[0].id, { app_ids: [app.id, used.id] });
      await tokensFor(person.browser, app);
      const { access_token } = await tokensFor(person.browser, used, { resource: api.identifier });
      const id = consentOf(access_token);
      await sendReport(server.url, api, [anEntry({ client_id: used.id, grant_id: id, count: 1_284, minute: minuteAgo(7) })]);
      for (const [name, options] of [
        ['light', {}],
        ['dark', { colorScheme: 'dark' }],
        ['phone', { viewport: { width: 390, height: 844 } }],
      ] as const)
        for (const [part, path] of [
          ['account', '/account'],
          ['account-app', `/account/apps/${id}?done=narrowed`],
        ] as const)
          expect({ name, part, ...(await findings(path, options, `${part}-${name}`)) }).toEqual({ name, part, serious: [], overflow: 0 });
    },
  );

  it('attacks 28 and 32: nothing runs, nothing comes from elsewhere, nobody frames it, and nobody keeps it', async () => {
    const answer = await page.goto(`${server.url}/account?done=%3Cscript%3E`);
    const headers = answer?.headers() ?? {};
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['x-frame-options']).toBe('DENY');
    expect(await page.content()).not.toMatch(/<script/i);
  });
});
