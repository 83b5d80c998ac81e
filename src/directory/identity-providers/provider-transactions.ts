import { Injectable } from '@nestjs/common';
import { PlatformTransactions, TenantTransactions, type Transaction } from '../../platform/database/index.js';

/** Transactions of an owner: an organization's see that organization's rows alone. */
@Injectable()
export class ProviderTransactions {
  constructor(
    private readonly tenants: TenantTransactions,
    private readonly platform: PlatformTransactions,
  ) {}

  run<T>(owner: string | null, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return owner === null ? this.platform.run(work) : this.tenants.run(owner, work);
  }

  /** For who knows a provider's id and nothing of its owner. */
  anywhere<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.platform.run(work);
  }
}
