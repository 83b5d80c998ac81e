import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { chromiumUnlessAbsent } from '../support/browser.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { freePort } from '../support/launch.js';
import { startProgram, type Running } from '../support/programs.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PROGRAM = ['--import', join(ROOT, 'examples/local.mjs'), join(ROOT, 'examples/partner-app/src/main.ts')];
const SCREENSHOTS = process.env['SCREENSHOTS'];
const REVOKED_WITHIN_MS = 2_000;

let server: TestServer;
let partner: Running;
let browser: Browser | undefined;

beforeAll(async () => {
  server = await startTestServer();
  const environment = { DEMO: join(server.files.dataDir, 'demo.json'), PORT: String(await freePort()) };
  partner = await startProgram(process.execPath, PROGRAM, environment);
  browser = await chromiumUnlessAbsent();
});
afterAll(async () => {
  await browser?.close();
  await partner?.stop();
  await server.stop();
});

describe('examples/partner-app in a browser without scripts', () => {
  let page: Page;
  beforeEach(async (context: TestContext) => {
    if (!browser) return context.skip('no browser starts on this machine');
    page = await (await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1100, height: 900 } })).newPage();
    page.setDefaultTimeout(20_000);
    return () => page.context().close();
  });

  const heading = (): Promise<string> => page.getByRole('heading', { level: 1 }).innerText();

  async function picture(name: string): Promise<void> {
    if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/partner-${name}.png`, fullPage: true });
  }

  /** From the app to the question what it may do. */
  async function signIn(): Promise<void> {
    const member = server.orgs[0].users?.find(({ role }) => role === 'member');
    await page.goto(partner.url);
    await page.getByRole('link', { name: 'Connect Saasalytics' }).click();
    await page.getByLabel('E-mail').fill(member?.email ?? '');
    await page.getByLabel('Password', { exact: true }).fill(member?.password ?? '');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('Pulse Labs').first().waitFor();
  }

  it('a person who refuses is told by the app that nothing was read', { timeout: 90_000 }, async () => {
    await signIn();
    await page.getByRole('button', { name: 'Refuse' }).click();
    await page.waitForURL(`${partner.url}/**`);
    expect(await page.getByRole('status').innerText()).toContain('Nothing was allowed');
    await picture('refused');
  });

  // Seen failing with a withdrawn consent that ended refresh tokens alone.
  it('a person unticks a scope, allows, sees their figures, revokes, and the app is refused within 2 s', { timeout: 120_000 }, async () => {
    await signIn();
    await picture('consent');
    await page.getByRole('checkbox', { name: /settings of the Saasalytics account/i }).uncheck();
    await page.getByRole('button', { name: /^Allow/ }).click();
    await page.waitForURL(`${partner.url}/`);
    await picture('connected');
    // The name of the organization is what was unticked.
    expect(await heading()).toBe('Your organization');
    const allowed = page.locator('.access');
    expect(await allowed.innerText()).toContain('Read your figures');
    expect(await allowed.innerText()).not.toContain('Read the name');
    expect(await page.locator('tbody tr').count()).toBe(8);
    await page.getByRole('button', { name: 'Renew now' }).click();
    expect(await allowed.innerText()).toContain('Renewals so far: 1');

    const account = await page.context().newPage();
    await account.goto(`${server.url}/account`);
    await account.getByRole('link', { name: 'Pulse' }).first().click();
    await account.getByRole('button', { name: /^Revoke/ }).click();
    const revokedAt = Date.now();
    // Until its API answers 401 and its refresh token is refused, it would show figures.
    do await page.goto(partner.url);
    while ((await page.getByText('no longer connected').count()) === 0 && Date.now() - revokedAt < REVOKED_WITHIN_MS);
    await picture('revoked');
    expect(await page.getByRole('status').innerText()).toContain('Pulse is no longer connected');
    expect(Date.now() - revokedAt).toBeLessThan(REVOKED_WITHIN_MS);
  });
});

it('examples/partner-app says what to start first where there is no demo.json', async () => {
  const env = { PATH: process.env['PATH'] ?? '', DEMO: join(server.files.dataDir, 'nothing.json') };
  await expect(promisify(execFile)(process.execPath, PROGRAM, { env })).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Run npm start') as string,
  });
});
