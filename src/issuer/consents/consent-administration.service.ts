import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { PlatformTransactions, TenantTransactions, type Transaction } from '../../platform/database/index.js';
import { httpProblem, listDocument, type ListDocument } from '../../platform/http/index.js';
import { actOf, isOperator, notFound } from '../../directory/administration/index.js';
import { ApiCatalogue } from '../../directory/api-resources/index.js';
import type { Consent } from './consent.js';
import { ConsentUsage } from './consent-usage.js';
import { Consents } from './consents.service.js';
import { ConsentsRepository } from './consents.repository.js';
import { ConsentDocument, type ListConsents, type NarrowConsent } from './dto/consent.dto.js';

const EVERYBODYS = (): boolean => true;

/** Consents as administrators see them: those of their own organization. */
@Injectable()
export class ConsentAdministration {
  constructor(
    private readonly tenants: TenantTransactions,
    private readonly platform: PlatformTransactions,
    private readonly repository: ConsentsRepository,
    private readonly consents: Consents,
    private readonly usage: ConsentUsage,
    private readonly apis: ApiCatalogue,
  ) {}

  list(caller: Caller, query: ListConsents): Promise<ListDocument<ConsentDocument>> {
    const filter = { orgId: query.org_id, userId: query.user_id, appId: query.app_id };
    return this.run(caller, async (tx) => {
      const page = await this.repository.list(tx, filter, query.after(), query.limit);
      const uses = await this.usage.of(tx, page.items);
      return listDocument(page, (consent) => ConsentDocument.from(consent, uses.get(consent.id), this.audienceOf(consent)));
    });
  }

  get(caller: Caller, id: string): Promise<ConsentDocument> {
    return this.run(caller, async (tx) => this.document(tx, found(await this.repository.findById(tx, id))));
  }

  narrow(caller: Caller, origin: AuditOrigin, id: string, { scopes }: NarrowConsent): Promise<ConsentDocument> {
    return this.run(caller, async (tx) => {
      const given = found(await this.repository.findById(tx, id));
      const added = scopes.filter((scope) => !given.scopes.includes(scope));
      if (added.length > 0)
        throw httpProblem('validation_failed', 'Nobody but the person can allow more. Nothing was stored.', {
          errors: [{ location: '/scopes', message: `${added.join(' ')} was not allowed.`, fix: 'Send scopes of the consent only.' }],
        });
      return this.document(tx, found(await this.consents.narrowWhere(tx, actOf(caller, origin), id, scopes, EVERYBODYS)));
    });
  }

  withdraw(caller: Caller, origin: AuditOrigin, id: string): Promise<void> {
    return this.run(caller, async (tx) => void found(await this.consents.withdrawWhere(tx, actOf(caller, origin), id, EVERYBODYS)));
  }

  private run<T>(caller: Caller, work: (tx: Transaction) => Promise<T>): Promise<T> {
    return isOperator(caller) ? this.platform.run(work) : this.tenants.run(caller.orgId ?? '', work);
  }

  private async document(tx: Transaction, consent: Consent): Promise<ConsentDocument> {
    return ConsentDocument.from(consent, (await this.usage.of(tx, [consent])).get(consent.id), this.audienceOf(consent));
  }

  private audienceOf({ apiId }: Consent): string {
    return this.apis.byId(apiId)?.identifier ?? apiId;
  }
}

function found(consent: Consent | undefined): Consent {
  if (!consent) throw notFound();
  return consent;
}
