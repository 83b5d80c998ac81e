import { clientSecret, M2MClient } from '@countersign/client';

/** What an administrator does once: a service principal of the tenant for this assistant alone, that can do what it is for and no more. */
export async function register({ public_url: issuer, operator }, org, grant) {
  const client = new M2MClient({ issuer, clientId: operator.client_id, auth: clientSecret(operator.client_secret) });
  const call = client.fetchFor({ audience: `${issuer}/v1` });
  const principals = `${issuer}/v1/orgs/${org.id}/service-principals`;
  const body = JSON.stringify({ name: 'CRM assistant', grants: [grant], token_lifetime_seconds: 300 });
  const response = await call(principals, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  if (!response.ok) throw new Error(`It could not be registered: ${response.status} ${await response.text()}`);
  const assistant = await response.json();
  return { assistant, remove: () => call(`${principals}/${assistant.id}`, { method: 'DELETE' }) };
}
