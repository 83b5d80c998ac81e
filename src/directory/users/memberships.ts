import { Injectable } from '@nestjs/common';
import { PlatformTransactions } from '../../platform/database/index.js';
import type { Membership } from './membership.js';
import { UsersRepository } from './users.repository.js';

/**
 * Who may act in which organization. Read from the database each time, so a member who was removed on another replica is gone here
 * at once.
 */
@Injectable()
export class Memberships {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: UsersRepository,
  ) {}

  /**
   * Those that count now: the user and the membership are active, and the organization is not suspended. Ordered by when they began;
   * empty for a user who does not exist.
   * @param userId `usr_…`
   */
  of(userId: string): Promise<readonly Membership[]> {
    return this.transactions.run((tx) => this.repository.membershipsOf(tx, userId));
  }
}
