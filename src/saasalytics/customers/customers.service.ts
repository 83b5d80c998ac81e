import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { TenantTransactions } from '../../platform/database/index.js';
import { httpProblem, listDocument, type Problem } from '../../platform/http/index.js';
import { orgOf } from '../caller-org.js';
import { CustomersRepository } from './customers.repository.js';
import { CustomerDocument, type CustomerListResponse } from './dto/customer.dto.js';
import type { CustomerListQuery } from './dto/customer-list-query.dto.js';
import { CustomerSummaryResponse } from './dto/customer-summary.dto.js';

@Injectable()
export class CustomersService {
  constructor(
    private readonly transactions: TenantTransactions,
    private readonly repository: CustomersRepository,
  ) {}

  async list(caller: Caller, query: CustomerListQuery): Promise<CustomerListResponse> {
    const orgId = orgOf(caller);
    const after = query.after();
    const { segment, country, limit } = query;
    // Date takes a date alone as midnight in UTC.
    const activeSince = query.active_since ? new Date(query.active_since) : undefined;
    const page = await this.transactions.run(orgId, (tx) =>
      this.repository.list(tx, orgId, { segment, country, activeSince }, { after, limit }),
    );
    return listDocument(page, CustomerDocument.of);
  }

  summarize(caller: Caller, id: string): Promise<CustomerSummaryResponse> {
    const orgId = orgOf(caller);
    return this.transactions.run(orgId, async (tx) => {
      const customer = await this.repository.find(tx, orgId, id);
      if (!customer) throw notFound();
      const totals = await this.repository.getTotals(tx, orgId, id);
      const types = await this.repository.listTopTypes(tx, orgId, id);
      return CustomerSummaryResponse.of(customer, totals, types);
    });
  }
}

function notFound(): Problem {
  return httpProblem('not_found', 'There is no customer with this id. A customer appears with its first event.');
}
