import { clientSecret, M2MClient } from '@countersign/client';

const SCOPES = ['generate:reports', 'read:reports'];

/**
 * What an administrator does once, before the agent runs: an app for what it does for people, and a service principal for what it does
 * alone. Published by the organization itself, the app needs no review to serve its people.
 */
export async function register(demo, org, audience) {
  const manage = asOperator(demo);
  const principals = `/v1/orgs/${org.id}/service-principals`;
  const batch = await manage('POST', principals, {
    name: 'Financial agent, at night',
    grants: [{ audience, scopes: ['generate:reports'] }],
    token_lifetime_seconds: 300,
  });
  const app = await manage('POST', '/v1/apps', {
    name: 'Financial agent',
    kind: 'agent',
    publisher: org.name,
    publisher_org_id: org.id,
    client_type: 'public',
    auth_method: 'none',
    redirect_uris: ['http://127.0.0.1/callback'],
    grants: [{ audience, scopes: SCOPES }],
  });
  const remove = async () => {
    await manage('DELETE', `/v1/apps/${app.id}`);
    await manage('DELETE', `${principals}/${batch.id}`);
  };
  return { app, batch, remove };
}

function asOperator({ public_url: issuer, operator }) {
  const client = new M2MClient({ issuer, clientId: operator.client_id, auth: clientSecret(operator.client_secret) });
  const call = client.fetchFor({ audience: `${issuer}/v1` });
  return async (method, path, body) => {
    const sent = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await call(issuer + path, { method, ...sent });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text && JSON.parse(text);
  };
}
