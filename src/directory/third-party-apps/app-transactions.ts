import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { PlatformTransactions, TenantTransactions, type Transaction } from '../../platform/database/index.js';
import { isOperator } from '../administration/index.js';

/** Operators see all apps, everybody else those that their own organization publishes. */
@Injectable()
export class AppTransactions {
  constructor(
    private readonly tenants: TenantTransactions,
    private readonly platform: PlatformTransactions,
  ) {}

  run<T>(caller: Caller, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return isOperator(caller) ? this.platform.run(work) : this.tenants.run(caller.orgId ?? '', work);
  }
}
