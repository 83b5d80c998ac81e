import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { AuditLog, type AuditOrigin } from '../../platform/audit/index.js';
import { TenantTransactions } from '../../platform/database/index.js';
import { actorOf, orgOf } from '../caller-org.js';
import { invalidFields } from '../invalid-fields.js';
import { changedFields } from './account.policy.js';
import { AccountRepository } from './account.repository.js';
import { AccountResponse, type UpdateAccountRequest } from './dto/account.dto.js';

@Injectable()
export class AccountService {
  constructor(
    private readonly transactions: TenantTransactions,
    private readonly repository: AccountRepository,
    private readonly audit: AuditLog,
  ) {}

  async read(caller: Caller): Promise<AccountResponse> {
    const orgId = orgOf(caller);
    return AccountResponse.of(await this.transactions.run(orgId, (tx) => this.repository.getOrCreate(tx, orgId)));
  }

  update(caller: Caller, request: UpdateAccountRequest, origin: AuditOrigin): Promise<AccountResponse> {
    const orgId = orgOf(caller);
    return this.transactions.run(orgId, async (tx) => {
      const before = await this.repository.getOrCreate(tx, orgId, { forUpdate: true });
      const changed = changedFields({ ...before }, { ...request });
      if (changed.length === 0) return AccountResponse.of(before);
      if (changed.includes('timezone') && !(await this.repository.isKnownTimezone(tx, request.timezone ?? ''))) throw unknownTimezone();
      const after = await this.repository.update(tx, orgId, { ...before, ...withoutUndefined(request) });
      // Names only: a billing address is personal data.
      await this.audit.record(tx, {
        action: 'analytics.account.updated',
        actor: actorOf(caller),
        orgId,
        target: { type: 'analytics_account', id: orgId },
        origin,
        details: { changed },
      });
      return AccountResponse.of(after);
    });
  }
}

function unknownTimezone(): Error {
  return invalidFields([
    {
      location: '/timezone',
      message: 'The database does not know this time zone.',
      fix: 'Send a common IANA time zone, such as Europe/Berlin or UTC.',
    },
  ]);
}

function withoutUndefined(request: UpdateAccountRequest): UpdateAccountRequest {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}
