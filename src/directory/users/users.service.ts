import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { actOf, ChangeRecorder, notFound, requireOperator } from '../administration/index.js';
import { UserDocument } from './dto/user.dto.js';
import type { User } from './user.entity.js';
import { UsersRepository } from './users.repository.js';

/** People across organizations. Operators only. */
@Injectable()
export class Users {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: UsersRepository,
    private readonly recorder: ChangeRecorder,
  ) {}

  get(caller: Caller, id: string): Promise<UserDocument> {
    requireOperator(caller);
    return this.transactions.run(async (tx) => {
      const user = await this.repository.find(tx, id);
      if (!user) throw notFound();
      return this.documentOf(tx, user);
    });
  }

  /** Setting the status that they have changes nothing and succeeds. */
  setStatus(caller: Caller, origin: AuditOrigin, id: string, status: User['status']): Promise<UserDocument> {
    requireOperator(caller);
    return this.transactions.run(async (tx) => {
      const user = await this.repository.findForUpdate(tx, id);
      if (!user) throw notFound();
      if (user.status !== status) {
        user.status = status;
        user.updatedAt = new Date();
        await this.repository.update(tx, user);
        await this.recorder.record(tx, actOf(caller, origin), {
          action: status === 'active' ? 'user.enabled' : 'user.disabled',
          target: { type: 'user', id, name: user.email },
        });
      }
      return this.documentOf(tx, user);
    });
  }

  private async documentOf(tx: Transaction, user: User): Promise<UserDocument> {
    return UserDocument.from(user, await this.repository.membershipsOf(tx, user.id));
  }
}
