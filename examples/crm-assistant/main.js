import { readFileSync } from 'node:fs';
import { clientSecret, M2MClient } from '@countersign/client';
import { Tools } from './tools.js';
import { register } from './registration.js';

const { DEMO = '.countersign/demo.json' } = process.env;
const SCOPE = 'read:analytics-data';

const demo = JSON.parse(readFileSync(DEMO, 'utf8'));
const { public_url: issuer } = demo;
const [org] = demo.orgs;
const server = `${issuer}/mcp`;

const { assistant, remove } = await register(demo, org, { audience: server, scopes: [SCOPE] });
try {
  const client = new M2MClient({ issuer, clientId: assistant.client_id, auth: clientSecret(assistant.client_secret) });
  const tools = await Tools.of(server, client.fetchFor({ audience: server, scope: SCOPE }));
  console.log(`${org.name} lets its assistant see: ${tools.names.join(', ')}`);
  await prepareCalls(tools);
  await tools.close();
} finally {
  await remove();
}

/** A language model would choose these steps; here they are written down, so that the example does the same thing twice. */
async function prepareCalls(tools) {
  const { data } = await tools.call('list_customers', { limit: 3 });
  for (const { id, name } of data) {
    const { active_days_last_30: days, revenue_cents: cents, currency } = await tools.call('summarize_customer', { customer_id: id });
    const money = (cents / 100).toLocaleString('en-US', { style: 'currency', currency });
    console.log(`Note for the call with ${name}: active on ${days} of the last 30 days, ${money} of revenue so far.`);
  }
  // What a sentence in a customer's record could talk a model into.
  const event = { id: 'evt-1', type: 'invoice_paid', customer_id: data[0].id, occurred_at: new Date().toISOString() };
  const refused = await tools.call('ingest_events', { events: [event] }).catch((error) => error);
  console.log(`To write events it would need: ${refused.requiredScope ?? refused}`);
}
