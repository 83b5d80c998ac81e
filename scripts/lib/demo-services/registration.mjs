import { tokenOf } from './management.mjs';

export const SERVICES = ['gateway', 'user-management', 'event-processing', 'dashboards', 'billing', 'export'];
export const PUBLIC_API = 'https://app.demo.example';

/** dashboards and export are registered with the product: Saasalytics serves them too. */
const INTERNAL_APIS = {
  'user-management': ['read:users', 'write:users'],
  'event-processing': ['write:events'],
  billing: ['export:invoices'],
};
const TENANT_SCOPES = ['read:users', 'write:events', 'export:invoices'];

export const POLICIES = [
  { caller: 'gateway', target: 'user-management', scopes: ['read:users'], org_mode: 'parent' },
  { caller: 'gateway', target: 'event-processing', scopes: ['write:events'], org_mode: 'parent' },
  { caller: 'gateway', target: 'billing', scopes: ['export:invoices'], org_mode: 'parent' },
  { caller: 'billing', target: 'export', scopes: ['start:export'], org_mode: 'parent' },
  { caller: 'billing', target: 'user-management', scopes: ['read:users'], org_mode: 'parent' },
  { caller: 'event-processing', target: 'dashboards', scopes: ['write:rollups'], org_mode: 'any' },
];

/** Given once, and never used: the trust map has to find it. */
export const UNUSED = { caller: 'dashboards', target: 'user-management', scopes: ['read:users'], org_mode: 'none' };

/** What an operator does once: services, their APIs, and who may call whom for what. */
export async function register(management, { publicUrl, demo }) {
  await removeServicesOfStart(management, { publicUrl, demo });
  const services = {};
  for (const name of SERVICES) services[name] = await management.create('/v1/microservices', { name, auth_method: 'tls_client_auth' });
  for (const [identifier, scopes] of Object.entries(INTERNAL_APIS))
    await management.create('/v1/apis', { ...api(identifier, scopes, 'operator'), zone: 'internal' });
  const publicApi = await management.create('/v1/apis', { ...api(PUBLIC_API, TENANT_SCOPES, 'org_admin'), served_by: ['gateway'] });
  const credential = await management.create(`/v1/apis/${publicApi.id}/credentials`, {});
  for (const policy of [...POLICIES, UNUSED]) await management.create('/v1/call-policies', policy);
  const tenants = [];
  for (const { id, name } of demo.orgs.slice(0, 2)) tenants.push({ id, name, token: await aTenant(management, { publicUrl, id }) });
  return { services, credential, tenants };
}

/** They have no part in this story. */
async function removeServicesOfStart(management, { publicUrl, demo }) {
  for (const { client_id } of demo.microservices ?? []) await management.remove(`/v1/microservices/${client_id}`);
  const { data: apis } = await management.get('/v1/apis?limit=100');
  const analytics = apis.find(({ identifier }) => identifier === `${publicUrl}/analytics`);
  await management.change(`/v1/apis/${analytics.id}`, { served_by: [] });
}

/** A secret that is good once: with it a service gets its first certificate. */
export async function joinTokenOf(management, { id }) {
  return (await management.create(`/v1/microservices/${id}/join-tokens`, {})).join_token;
}

async function aTenant(management, { publicUrl, id }) {
  const grants = [{ audience: PUBLIC_API, scopes: TENANT_SCOPES }];
  const principal = await management.create(`/v1/orgs/${id}/service-principals`, { name: 'Demo of the services', grants });
  return tokenOf(publicUrl, { ...principal, audience: PUBLIC_API });
}

function api(identifier, names, assignable_by) {
  const scopes = names.map((name) => ({ name, description: `May ${name}.`, risk: 'medium', assignable_by, delegable: true }));
  return { identifier, name: identifier, zone: 'external', sender_constraint: 'none', scopes };
}
