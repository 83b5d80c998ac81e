import { readFileSync } from 'node:fs';
import { M2MClient, clientSecret } from '@countersign/client';
import { Person } from './person.js';
import { register } from './registration.js';
import { tools } from './tools.js';

const { DEMO = '.countersign/demo.json' } = process.env;
const demo = JSON.parse(readFileSync(DEMO, 'utf8'));
const { public_url: issuer } = demo;
const [org] = demo.orgs;
const audience = `${issuer}/analytics`;
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort(new Error('Interrupted.')));

const { app, batch, remove } = await register(demo, org, audience);
try {
  const report = await nightly();
  await conversation(report.id);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  await remove();
}

/** Nobody is there at night, so nobody can be asked: the agent acts as itself, and all it may do is generate reports. */
async function nightly() {
  const itself = new M2MClient({ issuer, clientId: batch.client_id, auth: clientSecret(batch.client_secret) });
  const { generateReport } = tools(audience, (scope) => itself.fetchFor({ audience, scope }));
  const report = await generateReport(30);
  console.log(`At night, as itself: ${report.id} of the last 30 days`);
  const read = await itself.getToken({ audience, scope: 'read:reports' }).catch(({ code }) => code);
  console.log(`At night, to read reports: ${read}`);
  return report;
}

/** By day it acts for a person, who is asked when an answer needs something, and not before. */
async function conversation(reportId) {
  const [user] = (org.users ?? []).filter(({ role }) => role === 'member');
  console.log(`Somebody who can sign in: ${user?.email}, password ${user?.password}`);
  const person = new Person({ issuer, clientId: app.client_id, audience, signal: interrupted.signal, invite });
  const { readReport, generateReport } = tools(audience, (scope) => person.fetchFor(scope));
  // A language model would choose these steps; here they are written down, so that the example does the same thing twice.
  const steps = [
    ['What does the report of last night say?', async () => `Net revenue was ${netOf(await readReport(reportId))}.`],
    ['And the last seven days?', async () => `Net revenue was ${netOf(await generateReport(7))}.`],
    ['And last night again?', async () => `Still ${netOf(await readReport(reportId))}.`],
  ];
  for (const [question, answer] of steps) {
    console.log(`A person asks: ${question}`);
    console.log(`The agent answers: ${await answer()}`);
  }
  await person.forget();
}

function invite(url, scopes) {
  console.log(`The agent needs ${scopes.join(' and ')}. Open ${url}`);
}

function netOf({ result }) {
  return (result.net_cents / 100).toLocaleString('en-US', { style: 'currency', currency: result.currency });
}
