import type { OrgRole } from './org-role.policy.js';

/** A person's place in one organization. */
export interface Membership {
  readonly orgId: string;
  readonly role: OrgRole;
}
