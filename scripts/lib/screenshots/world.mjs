import { createHash, randomBytes } from 'node:crypto';
import { Management } from '../demo-services/management.mjs';

const CALLBACK = 'https://charts.example/callback';

/** An app that was reviewed and one that was not, and somebody who belongs to two organizations. */
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
  for (const step of ['submit', 'approve']) await management.act(`/v1/apps/${charts.id}/${step}`);
  const unreviewed = await draft('Quick Export', 'Somebody', 'http://127.0.0.1/callback', { publisher_org_id: first.id });
  for (const { id } of demo.orgs) await management.change(`/v1/orgs/${id}/app-policy`, { mode: 'all' });
  return {
    publicUrl,
    person: first.users.find(({ role }) => role === 'admin'),
    member: first.users.find(({ role }) => role === 'member'),
    charts: requestOf(publicUrl, charts, CALLBACK),
    chartsHere: requestOf(publicUrl, charts, CALLBACK, first.id),
    unreviewed: requestOf(publicUrl, unreviewed, 'http://127.0.0.1:8765/callback', first.id),
    invite: async (email, org = second) => (await management.create(`/v1/orgs/${org.id}/members`, { email, role: 'member' })).join_url,
  };
}

function requestOf(publicUrl, { client_id }, redirectUri, orgId) {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id,
    redirect_uri: redirectUri,
    code_challenge: createHash('sha256').update(randomBytes(32).toString('base64url')).digest('base64url'),
    code_challenge_method: 'S256',
    audience: `${publicUrl}/analytics`,
    state: 'a-state',
    ...(orgId && { org_id: orgId }),
  });
  return `${publicUrl}/oauth/authorize?${query}`;
}
