import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it, type TestContext } from 'vitest';
import { Operator } from '../support/builders.js';
import { chromiumUnlessAbsent } from '../support/browser.js';
import { startTestServer, type TestServer } from '../support/countersign.js';
import { admit } from '../support/delegation.js';
import { DocumentHost } from '../support/document-host.js';
import { CALLBACK, McpHost, sdkV2, type Browse } from '../support/mcp-clients.js';
import { call } from '../support/requests.js';
import { aPerson, type PersonMade } from '../support/visitor.js';

const SCREENSHOTS = process.env['SCREENSHOTS'];
const REVOKED_WITHIN_MS = 2_000;
/** Guards tell what was called once a minute. */
const REPORTED_WITHIN_MS = 90_000;

let server: TestServer;
let documents: DocumentHost;
let folder: string;
let browser: Browser | undefined;
let person: PersonMade;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-agents-'));
  documents = await DocumentHost.start(folder);
  server = await startTestServer({ ...documents.environment, CLIENT_ID_METADATA_DOCUMENTS: 'open' }, true);
  browser = await chromiumUnlessAbsent();
  const operator = await Operator.of(server);
  await admit(operator, server.orgs[0].id, { mode: 'all' });
  person = await aPerson(operator, server.orgs[0].id, { name: 'Ada Lovelace' });
});
afterAll(async () => {
  await browser?.close();
  await server.stop();
  await documents.stop();
  rmSync(folder, { recursive: true });
});
beforeEach((context: TestContext) => {
  if (!browser) context.skip('no browser starts on this machine');
});

async function picture(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/agent-${name}.png`, fullPage: true });
}

it(
  'an agent that nobody registered: a person signs in, allows, sees what it did, revokes it, and it is refused within 2 s',
  { timeout: 240_000 },
  async () => {
    const context = await browser!.newContext({ javaScriptEnabled: false, viewport: { width: 1100, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const host = new McpHost({
      clientMetadataUrl: documents.publish('helper', {
        client_name: 'Helper',
        redirect_uris: [CALLBACK],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'none',
      }),
    });
    const browse: Browse = async (url) => {
      // Nobody listens there: what the agent gets is the address.
      const back = page.waitForRequest((request) => request.url().startsWith(CALLBACK));
      await page.goto(url.href);
      await page.getByLabel('E-mail').fill(person.email);
      await page.getByLabel('Password', { exact: true }).fill(person.password);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
      await page.getByText('helper.agents.example').first().waitFor();
      await picture(page, 'consent');
      expect(await page.locator('main').innerText()).toMatch(/a program on this computer/);
      await page.getByRole('button', { name: /^Allow/ }).click({ noWaitAfter: true });
      return new URL((await back).url());
    };
    const agent = await sdkV2('auto')(`${server.url}/mcp`, host, browse);
    for (const metric of ['events', 'revenue', 'active_customers']) await agent.call('query_metrics', { metric });
    const { data } = (await agent.call('list_customers', { limit: 1 })).structuredContent as { data: { id: string }[] };
    await agent.call('summarize_customer', { customer_id: data[0]!.id });
    await agent.close();

    await page.goto(`${server.url}/account`);
    await page
      .getByRole('link', { name: /Helper/ })
      .first()
      .click();
    const seenBy = Date.now() + REPORTED_WITHIN_MS;
    while ((await page.getByRole('row').filter({ hasText: 'summarize_customer' }).count()) === 0 && Date.now() < seenBy) {
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      await page.reload();
    }
    await picture(page, 'account');
    const rows = await page.getByRole('table').getByRole('row').allInnerTexts();
    const called = rows.map((row) => row.split(/\s+/).slice(0, 2).join(' '));
    expect(called).toEqual(expect.arrayContaining(['query_metrics 3', 'list_customers 1', 'summarize_customer 1']));

    await page.getByRole('button', { name: /^Revoke/ }).click();
    const revokedAt = Date.now();
    const status = async (): Promise<number> =>
      (await call('POST', `${server.url}/mcp`, host.saved?.access_token, { jsonrpc: '2.0', id: 1, method: 'tools/list' })).status;
    while ((await status()) !== 401) expect(Date.now() - revokedAt).toBeLessThan(REVOKED_WITHIN_MS);
    await expect(sdkV2('auto')(`${server.url}/mcp`, host, () => Promise.reject(new Error('asked again')))).rejects.toThrow('asked again');
    await context.close();
  },
);
