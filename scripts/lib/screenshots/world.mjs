import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Management } from '../demo-services/management.mjs';

const CALLBACK = 'https://charts.example/callback';
const LEDGER_CALLBACK = 'https://ledger.example/callback';
const MINUTE_MS = 60_000;

/** Two apps that were reviewed and one that was not, and somebody who belongs to two organizations. */
export async function prepare({ publicUrl, demo }) {
  const management = await Management.of({ publicUrl, demo });
  const audience = `${publicUrl}/analytics`;
  const scopes = ['read:analytics-data', 'generate:reports', 'read:reports', 'read:account'];
  const [first, second] = demo.orgs;
  const draft = (name, publisher, redirectUri, more = {}) =>
    management.create('/v1/apps', {
      name,
      kind: 'app',
      publisher,
      client_type: 'public',
      redirect_uris: [redirectUri],
      grants: [{ audience, scopes }],
      policy_uri: 'https://charts.example/privacy',
      tos_uri: 'https://charts.example/terms',
      ...more,
    });
  const charts = await draft('Charts', 'Charts Ltd', CALLBACK);
  await approve(management, charts);
  const unreviewed = await draft('Quick Export', 'Somebody', 'http://127.0.0.1/callback', { publisher_org_id: first.id });
  const tool = await draft('Report tool', 'Charts Ltd', 'http://127.0.0.1/callback', {
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code'],
  });
  await approve(management, tool);
  const ledger = await prepareLedger({ publicUrl, management, draft, org: first });
  for (const { id } of demo.orgs) await management.change(`/v1/orgs/${id}/app-policy`, { mode: 'all' });
  return {
    publicUrl,
    person: first.users.find(({ role }) => role === 'admin'),
    member: first.users.find(({ role }) => role === 'member'),
    charts: requestOf(publicUrl, charts, { redirectUri: CALLBACK, audience }),
    chartsHere: requestOf(publicUrl, charts, { redirectUri: CALLBACK, audience, orgId: first.id }),
    unreviewed: requestOf(publicUrl, unreviewed, { redirectUri: 'http://127.0.0.1:8765/callback', audience, orgId: first.id }),
    ledger,
    deviceCode: () => deviceCodeFor(publicUrl, tool, audience),
    invite: async (email, org = second) => (await management.create(`/v1/orgs/${org.id}/members`, { email, role: 'member' })).join_url,
    resetLinkOf: async ({ email }) => {
      const { data } = await management.get(`/v1/orgs/${first.id}/members`);
      const { user_id } = data.find((member) => member.email === email);
      return (await management.create(`/v1/users/${user_id}/password-reset`)).reset_url;
    },
  };
}

async function approve(management, { id }) {
  for (const step of ['submit', 'approve']) await management.act(`/v1/apps/${id}/${step}`);
}

/** An app at an API that reports calls: `use` does with a code what the app would, and counts what it did. */
async function prepareLedger({ publicUrl, management, draft, org }) {
  const api = await management.create('/v1/apis', {
    identifier: 'https://warehouse.example.com',
    name: 'Warehouse',
    zone: 'external',
    sender_constraint: 'none',
    scopes: [
      { name: 'read:stock', description: 'Read what is in stock.', risk: 'low', assignable_by: 'org_admin', delegable: true },
      { name: 'write:orders', description: 'Order what runs out.', risk: 'medium', assignable_by: 'org_admin', delegable: true },
    ],
  });
  const credential = await management.create(`/v1/apis/${api.id}/credentials`, {});
  const app = await draft('Ledger', 'Ledger Works', LEDGER_CALLBACK, {
    client_type: 'confidential',
    grants: [{ audience: api.identifier, scopes: ['read:stock', 'write:orders'] }],
    policy_uri: 'https://ledger.example/privacy',
    tos_uri: 'https://ledger.example/terms',
  });
  await approve(management, app);
  const verifier = randomBytes(32).toString('base64url');
  const use = async (code) => {
    const grantId = await redeem(publicUrl, app, { code, verifier });
    await report(publicUrl, { api, credential, app, grantId });
  };
  return { address: requestOf(publicUrl, app, { redirectUri: LEDGER_CALLBACK, audience: api.identifier, orgId: org.id, verifier }), use };
}

/** @returns the consent that the token stands for */
async function redeem(publicUrl, { client_id, client_secret }, { code, verifier }) {
  const body = new URLSearchParams({ grant_type: 'authorization_code', code, code_verifier: verifier, client_id, client_secret });
  const { access_token } = await answerOf(await fetch(`${publicUrl}/oauth/token`, { method: 'POST', body }));
  return JSON.parse(Buffer.from(access_token.split('.')[1], 'base64url').toString()).grant;
}

async function report(publicUrl, { api, credential, app, grantId }) {
  const entry = { operation: 'Stock.list', scopes: ['read:stock'], result: 'accepted', client_id: app.id, grant_id: grantId };
  const entries = [
    { ...entry, minute: minuteAgo(7), count: 184 },
    { ...entry, minute: minuteAgo(90), count: 1_100 },
  ];
  const response = await fetch(`${publicUrl}/v1/usage-reports`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${credential.client_id}:${credential.client_secret}`).toString('base64')}`,
    },
    body: JSON.stringify({ report_id: randomUUID(), audience: api.identifier, entries }),
  });
  await answerOf(response);
}

/** What a device that begins now would show. */
async function deviceCodeFor(publicUrl, { client_id }, audience) {
  const body = new URLSearchParams({ client_id, audience, scope: 'read:analytics-data read:account' });
  return answerOf(await fetch(`${publicUrl}/oauth/device_authorization`, { method: 'POST', body }));
}

async function answerOf(response) {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

function minuteAgo(minutes) {
  return new Date((Math.floor(Date.now() / MINUTE_MS) - minutes) * MINUTE_MS).toISOString();
}

function requestOf(publicUrl, { client_id }, { redirectUri, audience, orgId, verifier = randomBytes(32).toString('base64url') }) {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id,
    redirect_uri: redirectUri,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    audience,
    state: 'a-state',
    ...(orgId && { org_id: orgId }),
  });
  return `${publicUrl}/oauth/authorize?${query}`;
}
