import type { ScopeDefinition } from '../api-resources/index.js';

/** Decides what somebody may pass on to apps. The work of an administrator is done by service principals of the organization. */
export const ORG_ROLES = ['admin', 'member'] as const;
export type OrgRole = (typeof ORG_ROLES)[number];

/**
 * Names of the scopes of an API that somebody in this role may pass on to an app, in the order of the catalogue.
 * Nobody passes on what is not delegable, nor what only operators may assign; members nothing of high risk.
 */
export function scopesOfRole(role: OrgRole, api: { readonly definitions: ReadonlyMap<string, ScopeDefinition> }): string[] {
  return [...api.definitions.values()].filter((scope) => mayPassOn(role, scope)).map(({ name }) => name);
}

function mayPassOn(role: OrgRole, { delegable, assignableBy, risk }: ScopeDefinition): boolean {
  if (!delegable || assignableBy !== 'org_admin') return false;
  return role === 'admin' || risk !== 'high';
}
