import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ROLES } from './roles.js';

/** An open transaction. Repositories use `manager`; what must follow the commit is said with `afterCommit`. */
export class Transaction {
  private readonly followers: Array<() => void | Promise<void>> = [];

  constructor(readonly manager: EntityManager) {}

  /** Runs after the commit and before the caller hears of it; never after a rollback. */
  afterCommit(follower: () => void | Promise<void>): void {
    this.followers.push(follower);
  }

  async committed(): Promise<void> {
    for (const follower of this.followers) await follower();
  }
}

/** Opens transactions that see the rows of one organization and nothing else. */
@Injectable()
export class TenantTransactions {
  constructor(private readonly dataSource: DataSource) {}

  /** @param orgId comes from the verified caller or from a checked path, never from a body. */
  run<T>(orgId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return runAs(this.dataSource, ROLES.tenant, orgId, work);
  }
}

/** Opens transactions for what must cross organizations. A test in test/contract lists the modules that may. */
@Injectable()
export class PlatformTransactions {
  constructor(private readonly dataSource: DataSource) {}

  run<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return runAs(this.dataSource, ROLES.platform, '', work);
  }
}

async function runAs<T>(dataSource: DataSource, role: string, orgId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
  let transaction: Transaction | undefined;
  const result = await dataSource.transaction(async (manager) => {
    // One round trip sets both, and both end with the transaction: pooled connections carry nothing over.
    await manager.query(`SELECT set_config('role', $1, true), set_config('app.org_id', $2, true)`, [role, orgId]);
    transaction = new Transaction(manager);
    return work(transaction);
  });
  await transaction?.committed();
  return result;
}
