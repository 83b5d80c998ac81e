import { Injectable } from '@nestjs/common';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import type { User } from './user.entity.js';
import { UsersRepository } from './users.repository.js';

/** The people themselves, for what they do with their own account. */
@Injectable()
export class People {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: UsersRepository,
  ) {}

  find(userId: string): Promise<User | undefined> {
    return this.transactions.run((tx) => this.repository.find(tx, userId));
  }

  /** Whether the person may sign in; until the transaction ends that cannot change. */
  holdActive(tx: Transaction, userId: string): Promise<boolean> {
    return this.repository.holdActive(tx, userId);
  }
}
