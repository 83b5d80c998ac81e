import type { Risk, ScopeDefinition } from './api-scope.entity.js';

/** Rights that an organization's own administrators may pass on. */
function ofOrg(name: string, risk: Risk, description: string, delegable = false): ScopeDefinition {
  return { name, description, risk, assignableBy: 'org_admin', delegable };
}

/** Rights over the whole platform. */
function ofPlatform(name: string, risk: Risk, description: string): ScopeDefinition {
  return { name, description, risk, assignableBy: 'operator', delegable: false };
}

/** Scopes of the management API. Those that create credentials are never delegable to apps. */
export const MANAGEMENT_SCOPES: readonly ScopeDefinition[] = [
  ofOrg('read:orgs', 'low', 'See organizations; a caller that belongs to one sees its own.', true),
  ofPlatform('write:orgs', 'high', 'Create, change, suspend, reinstate and delete organizations.'),
  ofOrg('read:apis', 'low', 'See the APIs and their scopes.', true),
  ofPlatform('write:apis', 'high', 'Create, change and delete APIs, and the credentials of their guards.'),
  ofOrg('read:service-principals', 'low', 'See service principals and the hints of their secrets.', true),
  ofOrg('write:service-principals', 'high', 'Create, change, disable and delete service principals and their secrets.'),
  ofOrg('read:audit-events', 'medium', 'Read the audit log; a caller that belongs to an organization reads its own.'),
  ofPlatform('read:signing-keys', 'low', 'See the signing keys and their states.'),
  ofPlatform('write:signing-keys', 'high', 'Rotate and revoke signing keys.'),
  ofPlatform('write:test-tokens', 'high', 'Sign access tokens with any content, where the server runs with test tokens enabled.'),
  ofOrg('read:api-keys', 'low', 'See API keys and personal access tokens, without the keys themselves.', true),
  ofOrg('write:api-keys', 'high', 'Create and revoke API keys.'),
  ofOrg('read:apps', 'low', 'See third-party apps and agents.', true),
  ofOrg('write:apps', 'high', 'Register, change and delete third-party apps and agents.'),
  ofPlatform('read:microservices', 'low', 'See microservices.'),
  ofPlatform('write:microservices', 'high', 'Register, change and delete microservices.'),
  ofPlatform('read:call-policies', 'low', 'See which microservice may call which.'),
  ofPlatform('write:call-policies', 'high', 'Decide which microservice may call which.'),
  ofOrg('read:trusted-issuers', 'low', 'See the issuers whose tokens an organization trusts.'),
  ofOrg('write:trusted-issuers', 'high', 'Decide whose tokens an organization trusts.'),
  ofOrg('read:identity-providers', 'low', 'See where the people of an organization sign in.'),
  ofOrg('write:identity-providers', 'high', 'Decide where the people of an organization sign in, and whom that lets in.'),
  ofOrg('read:members', 'medium', 'See the members of an organization and their roles.'),
  ofOrg('write:members', 'high', 'Invite and remove members and change their roles.'),
  ofOrg('read:consents', 'medium', 'See what people have allowed to apps.'),
  ofOrg('write:consents', 'high', 'Withdraw what people have allowed to apps.'),
  ofOrg('read:usage', 'low', 'Read usage figures.', true),
  ofPlatform('read:trust-map', 'low', 'See who may call what across the platform.'),
  ofOrg('read:webhooks', 'low', 'See webhooks and their deliveries.'),
  ofOrg('write:webhooks', 'high', 'Create, change and delete webhooks and their signing secrets.'),
];
