import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { scopesOutside } from '@countersign/oauth';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { newId } from '../../platform/crypto/index.js';
import { PlatformTransactions, sqlState, UNIQUE_VIOLATION, type Transaction } from '../../platform/database/index.js';
import { httpProblem, listDocument, Problem, type ListDocument, type ListQuery, type ProblemItem } from '../../platform/http/index.js';
import { Idempotency, type Submission } from '../../platform/idempotency/index.js';
import { actOf, notFound, requireOperator } from '../administration/index.js';
import { ApiCatalogue, type CatalogueApi } from '../api-resources/index.js';
import { MicroserviceLookup, type Microservice } from '../microservice-identities/index.js';
import { CallPoliciesRepository } from './call-policies.repository.js';
import { CALL_POLICIES_PROBLEMS } from './call-policies.errors.js';
import { CallPolicy } from './call-policy.entity.js';
import { CallPolicyRecords } from './call-policy-records.js';
import { CallPolicyDocument } from './dto/call-policy.dto.js';
import type { CreateCallPolicy, UpdateCallPolicy } from './dto/write-call-policy.dto.js';

/** What operators do with call policies. */
@Injectable()
export class CallPolicies {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: CallPoliciesRepository,
    private readonly records: CallPolicyRecords,
    private readonly microservices: MicroserviceLookup,
    private readonly apis: ApiCatalogue,
    private readonly idempotency: Idempotency,
  ) {}

  async create(caller: Caller, submission: Submission, body: CreateCallPolicy): Promise<CallPolicyDocument> {
    requireOperator(caller);
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, submission.idempotency, async () => {
        const policy = newPolicy(body, await this.microservices.byName(tx, body.caller), this.targetOf(body.target));
        await saving(() => this.records.insert(tx, actOf(caller, submission.origin), policy));
        return CallPolicyDocument.from(policy);
      }),
    );
  }

  async list(caller: Caller, query: ListQuery): Promise<ListDocument<CallPolicyDocument>> {
    requireOperator(caller);
    return this.transactions.run(async (tx) =>
      listDocument(await this.repository.list(tx, query.after(), query.limit), (policy) => CallPolicyDocument.from(policy)),
    );
  }

  async get(caller: Caller, id: string): Promise<CallPolicyDocument> {
    requireOperator(caller);
    const policy = await this.transactions.run((tx) => this.repository.find(tx, id));
    if (!policy) throw notFound();
    return CallPolicyDocument.from(policy);
  }

  async update(caller: Caller, origin: AuditOrigin, id: string, body: UpdateCallPolicy): Promise<CallPolicyDocument> {
    requireOperator(caller);
    return this.transactions.run(async (tx) => {
      const policy = await this.getForUpdate(tx, id);
      const before = policy.facts();
      requireKnown(body.scopes ? unknownScopes(body.scopes, this.targetOf(policy.target)) : []);
      policy.scopes = body.scopes ?? policy.scopes;
      policy.orgMode = body.org_mode ?? policy.orgMode;
      await this.records.update(tx, actOf(caller, origin), policy, before);
      return CallPolicyDocument.from(policy);
    });
  }

  async delete(caller: Caller, origin: AuditOrigin, id: string): Promise<void> {
    requireOperator(caller);
    return this.transactions.run(async (tx) => this.records.delete(tx, actOf(caller, origin), await this.getForUpdate(tx, id)));
  }

  private async getForUpdate(tx: Transaction, id: string): Promise<CallPolicy> {
    const policy = await this.repository.findForUpdate(tx, id);
    if (!policy) throw notFound();
    return policy;
  }

  private targetOf(name: string): CatalogueApi | undefined {
    const api = this.apis.find(name);
    return api?.zone === 'internal' ? api : undefined;
  }
}

function newPolicy(body: CreateCallPolicy, caller: Microservice | undefined, target: CatalogueApi | undefined): CallPolicy {
  const mistakes: ProblemItem[] = [];
  if (!caller) mistakes.push({ location: '/caller', message: 'There is no microservice of this name.', fix: 'Register it first.' });
  if (!target)
    mistakes.push({
      location: '/target',
      message: 'There is no internal API of this name.',
      fix: 'Register it first, with zone internal.',
    });
  requireKnown([...mistakes, ...unknownScopes(body.scopes, target)]);
  const now = new Date();
  return Object.assign(new CallPolicy(), {
    id: newId('pol'),
    callerId: caller?.id,
    targetApiId: target?.id,
    caller: body.caller,
    target: body.target,
    scopes: body.scopes,
    orgMode: body.org_mode,
    createdAt: now,
    updatedAt: now,
  });
}

function unknownScopes(scopes: readonly string[], target: CatalogueApi | undefined): ProblemItem[] {
  const unknown = target ? scopesOutside(scopes, target.scopes) : [];
  if (!target || unknown.length === 0) return [];
  const fix = `Use scopes of its catalogue: ${target.scopes.slice(0, 20).join(', ')}.`;
  return [{ location: '/scopes', message: `The target has no scope ${unknown.join(', ')}.`, fix }];
}

function requireKnown(errors: readonly ProblemItem[]): void {
  if (errors.length > 0)
    throw httpProblem('validation_failed', 'The call policy names what does not exist. Nothing was stored.', { errors });
}

async function saving(save: () => Promise<void>): Promise<void> {
  try {
    await save();
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
    throw new Problem(
      CALL_POLICIES_PROBLEMS,
      'call_policy_exists',
      'There is a policy for this caller and this target already. Change that one.',
    );
  }
}
