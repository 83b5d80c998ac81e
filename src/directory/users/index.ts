export { type Membership, Memberships } from './memberships.js';
export { ORG_ROLES, type OrgRole, scopesOfRole } from './org-role.policy.js';
