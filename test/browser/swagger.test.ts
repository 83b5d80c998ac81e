import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { chromiumUnlessAbsent } from '../support/browser.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { call, tokenOf } from '../support/requests.js';

const SCREENSHOTS = process.env['SCREENSHOTS'];
let server: TestServer;
let browser: Browser | undefined;
let page: Page;
/** What a visitor's console would show: errors, blocked resources, failed requests. */
let complaints: string[];

beforeAll(async () => {
  server = await startTestServer();
  browser = await chromiumUnlessAbsent();
});
afterAll(async () => {
  await browser?.close();
  await server.stop();
});

beforeEach(async (context: TestContext) => {
  if (!browser) return context.skip('no browser starts on this machine');
  page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  page.setDefaultTimeout(45_000);
  complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('requestfailed', (request) => complaints.push(`${request.method()} ${request.url()} failed`));
});
afterEach(() => page?.close());

async function picture(name: string): Promise<void> {
  if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/${name}.png` });
}

/** The part of the Authorize dialog that is about one API. */
async function authorizeDialog(api: string): Promise<Locator> {
  await page.locator('.btn.authorize').first().click();
  return page.locator('.auth-container', { hasText: `${api} (OAuth2` });
}

async function authorize(
  api: string,
  credential: { client_id: string; client_secret: string },
  scopes: readonly string[],
): Promise<Locator> {
  const part = await authorizeDialog(api);
  await part.locator('[data-name=clientId]').fill(credential.client_id);
  await part.locator('[data-name=clientSecret]').fill(credential.client_secret);
  for (const scope of scopes) await part.locator('.checkbox', { hasText: scope }).locator('label').first().click();
  await picture('authorize-filled');
  await part.getByRole('button', { name: 'Apply given OAuth2 credentials' }).click();
  return part;
}

/** Opens the operations of the tag, presses "Try it out" and "Execute"; the answer as the page shows it. */
async function tryOut(tag: string, operationId: string): Promise<{ status: string; body: string }> {
  await page.locator('.opblock-tag', { hasText: tag }).click();
  const operation = page.locator(`.opblock[id$="-${operationId}"]`);
  await operation.locator('.opblock-summary-control').click();
  await operation.getByRole('button', { name: 'Try it out' }).click();
  await operation.getByRole('button', { name: 'Execute' }).click();
  const answer = operation.locator('.live-responses-table .response');
  await answer.waitFor();
  await answer.scrollIntoViewIfNeeded();
  await picture(`try-${operationId}`);
  const body = await answer.locator('.highlight-code').first().innerText();
  return { status: (await answer.locator('.response-col_status').innerText()).trim(), body };
}

describe('/docs in a browser', () => {
  it('200 with the data of that tenant after Authorize and Try it out', { timeout: 180_000 }, async () => {
    const [mine, other] = server.orgs;
    await page.goto(`${server.url}/docs`);
    const principal = mine.service_principals.find(({ name }) => name === 'BI dashboard')!;
    const part = await authorize('Saasalytics', principal, ['read:analytics-data', 'read:account']);
    await part.getByText('Authorized').waitFor();
    await picture('authorized');
    await part.getByRole('button', { name: 'Close' }).click();

    const account = await tryOut('Saasalytics: account', 'getAnalyticsAccount');
    expect(account.status).toBe('200');
    expect(account.body).toContain(mine.name);
    expect(account.body).not.toContain(other.name);

    const customers = await tryOut('Saasalytics: customers', 'listAnalyticsCustomers');
    const listed = await call<{ data: { id: string }[] }>(
      'GET',
      `${server.url}/analytics/v1/customers`,
      await tokenOf(server.url, principal),
    );
    expect(customers.status).toBe('200');
    expect(customers.body).toContain(listed.body.data[0]!.id);
    expect(complaints).toEqual([]);
  });

  it('401 is shown where nobody has authorized', { timeout: 180_000 }, async () => {
    await page.goto(`${server.url}/docs`);
    const answer = await tryOut('Management: organizations', 'listOrgs');
    expect(answer.status).toMatch(/^401/);
    expect(answer.body).toContain('missing_credentials');
    // The browser itself reports the 401; nothing else may.
    expect(complaints.filter((text) => !text.includes('401'))).toEqual([]);
  });

  it('401 in the Authorize dialog says that the client was not authenticated', { timeout: 180_000 }, async () => {
    await page.goto(`${server.url}/docs`);
    const part = await authorize('Countersign-management-API', { client_id: server.demo.operator.client_id, client_secret: 'wrong' }, [
      'read:orgs',
    ]);
    await part.getByText('Client authentication failed').waitFor();
    await picture('authorize-refused');
  });

  it('RFC 6749 §3.3 the Authorize dialog shows the scopes of each API apart', { timeout: 180_000 }, async () => {
    await page.goto(`${server.url}/docs`);
    const saasalytics = await authorizeDialog('Saasalytics');
    const text = await saasalytics.innerText();
    expect(text).toContain('read:analytics-data');
    expect(text).not.toContain('read:orgs');
  });
});

describe('/docs/errors in a browser', () => {
  it('200 and the address of a code shows that code', { timeout: 120_000 }, async () => {
    await page.goto(`${server.url}/docs/errors#grant_not_assignable`);
    await picture('errors');
    const entry = page.locator('section:target');
    await expect.poll(() => entry.innerText()).toContain('403');
    expect(complaints).toEqual([]);
  });

  it('200 and every id on the page is there once', { timeout: 120_000 }, async () => {
    await page.goto(`${server.url}/docs/errors`);
    const ids = await page.locator('section[id]').evaluateAll((entries) => entries.map((entry) => (entry as unknown as { id: string }).id));
    expect(ids.length).toBeGreaterThan(20);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
