import type { OrgRole } from './org-role.policy.js';

/** A person's place in one organization. */
export interface Membership {
  readonly orgId: string;
  readonly role: OrgRole;
}

/**
 * Who may act in which organization. Read from the database each time, so a member who was removed on another replica is gone here
 * at once.
 */
export abstract class Memberships {
  /**
   * Those that count now: the user and the membership are active, and the organization is not suspended. Ordered by when they began;
   * empty for a user who does not exist.
   * @param userId `usr_…`
   */
  abstract of(userId: string): Promise<readonly Membership[]>;
}
