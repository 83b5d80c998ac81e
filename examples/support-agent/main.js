import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clientSecret, M2MClient } from '@countersign/client';
import { answer } from './agent.js';
import { Authority } from './certificates.js';
import { certifiedClient, fetchWith } from './connection.js';

const { DEMO = '.countersign/demo.json' } = process.env;
const DNS_NAME = 'support-agent.northwind.example';

const demo = JSON.parse(readFileSync(DEMO, 'utf8'));
const ca = readFileSync(join(dirname(DEMO), 'mtls-tls.crt'), 'utf8');
const { public_url: issuer, mtls_url: mtlsUrl } = demo;
const [org] = demo.orgs;
const audience = `${issuer}/analytics`;

// The tenant's administrator registers the agent: the tenant's own authority, one name, one scope.
const authority = new Authority('Northwind clients');
const shown = fetchWith({ ...issueOnce(), ca });
const bare = fetchWith({ ca });
const manage = asAdministrator();
const principals = `${issuer}/v1/orgs/${org.id}/service-principals`;
const agent = await manage('POST', principals, {
  name: 'support agent',
  auth_method: 'tls_client_auth',
  tls_client_auth_ca: authority.certificate,
  tls_client_auth_san: DNS_NAME,
  grants: [{ audience, scopes: ['read:analytics-data'] }],
  token_lifetime_seconds: 300,
});

try {
  const client = certifiedClient({ issuer, clientId: agent.client_id, fetch: shown });
  const target = { audience, scope: 'read:analytics-data' };
  const call = client.fetchFor(target);
  const api = (path) => call(mtlsUrl + path);

  // The question that a customer of the tenant has just asked.
  const { data } = await (await api('/analytics/v1/customers?limit=1')).json();
  const question = `How is ${data[0].name} doing?`;
  console.log(`${org.name} asks: ${question}`);
  console.log(`The agent answers: ${await answer(question, api)}`);

  // What a prompt could make it give away is worth nothing.
  const { accessToken } = await client.getToken(target);
  const headers = { authorization: `Bearer ${accessToken}` };
  console.log(`Its token without its certificate: ${(await bare(`${mtlsUrl}/analytics/v1/customers`, { headers })).status}`);
  console.log(`Its token at the plain listener: ${(await fetch(`${issuer}/analytics/v1/customers`, { headers })).status}`);
  console.log(`Its token where another scope is needed: ${(await api('/analytics/v1/account')).status}`);
  console.log(`A wider token: ${await client.getToken({ audience, scope: 'write:account' }).catch(({ code }) => code)}`);
} finally {
  await manage('DELETE', `${principals}/${agent.id}`);
  await Promise.all([shown.close(), bare.close()]);
}

/** The one certificate that is needed; then the authority's key goes, whatever happens later. */
function issueOnce() {
  try {
    return authority.issue(DNS_NAME);
  } finally {
    authority.remove();
  }
}

/** Calls of the management API by the demo's administrator of the tenant. */
function asAdministrator() {
  const { client_id: clientId, client_secret: secret } = org.service_principals.find(({ name }) => name === 'Tenant administration');
  const client = new M2MClient({ issuer, clientId, auth: clientSecret(secret) });
  const call = client.fetchFor({ audience: `${issuer}/v1` });
  return async (method, url, body) => {
    const sent = body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await call(url, { method, ...sent });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`);
    return text && JSON.parse(text);
  };
}
