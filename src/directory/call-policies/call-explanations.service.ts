import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { PlatformTransactions } from '../../platform/database/index.js';
import { requireOperator } from '../administration/index.js';
import { ApiCatalogue } from '../api-resources/index.js';
import { MicroserviceLookup } from '../microservice-identities/index.js';
import { ActiveOrgs } from '../orgs/index.js';
import { explainCall } from './call-explanation.policy.js';
import { CallPoliciesRepository } from './call-policies.repository.js';
import { CallExplanationDocument, type ExplainQuery } from './dto/call-explanation.dto.js';

/** Answers operators who wonder why a call is refused, or whether it would be. */
@Injectable()
export class CallExplanations {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly policies: CallPoliciesRepository,
    private readonly microservices: MicroserviceLookup,
    private readonly apis: ApiCatalogue,
    private readonly orgs: ActiveOrgs,
  ) {}

  async explain(caller: Caller, asked: ExplainQuery): Promise<CallExplanationDocument> {
    requireOperator(caller);
    const api = this.apis.find(asked.target);
    const target = api?.zone === 'internal' && api.identifier === asked.target ? api : undefined;
    const orgActive = asked.org_id !== undefined && (await this.orgs.has(asked.org_id));
    const { service, policy } = await this.transactions.run(async (tx) => {
      const service = await this.microservices.byName(tx, asked.caller);
      return { service, policy: service && target && (await this.policies.findForCall(tx, service.id, target.id)) };
    });
    const facts = { caller: service && { active: service.isActive() }, target, policy, orgActive };
    const explanation = explainCall({ ...asked, orgId: asked.org_id }, facts);
    return CallExplanationDocument.from(explanation, policy?.id);
  }
}
