import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { newId } from '../../platform/crypto/index.js';
import { PlatformTransactions, sqlState, UNIQUE_VIOLATION, type Transaction } from '../../platform/database/index.js';
import { httpProblem, listDocument, Problem, type ListDocument, type ListQuery } from '../../platform/http/index.js';
import { Idempotency, type Submission } from '../../platform/idempotency/index.js';
import { actOf, changedFields, ChangeRecorder, isOperator, notFound, requireOperator } from '../administration/index.js';
import { ClientSecrets } from '../credentials/index.js';
import { lookupKeyOf } from './api-identifier.policy.js';
import { ApiResource, DEFAULT_MAX_STALENESS_SECONDS } from './api-resource.entity.js';
import { defaultAlg, mistakesOfApi } from './api-resource.policy.js';
import { API_RESOURCES_PROBLEMS } from './api-resources.errors.js';
import { ApiResourcesRepository } from './api-resources.repository.js';
import { ApiScope } from './api-scope.entity.js';
import { ApiDocument } from './dto/api.dto.js';
import type { CreateApi, UpdateApi } from './dto/write-api.dto.js';

/** What administrators do with APIs. Operators change them; an organization sees the external ones. */
@Injectable()
export class ApiResources {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: ApiResourcesRepository,
    private readonly secrets: ClientSecrets,
    private readonly recorder: ChangeRecorder,
    private readonly idempotency: Idempotency,
  ) {}

  async create(caller: Caller, submission: Submission, body: CreateApi): Promise<ApiDocument> {
    requireOperator(caller);
    const api = newApi(body);
    requireValid(api);
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, submission.idempotency, async () => {
        await this.insert(tx, api);
        await this.recorder.record(tx, actOf(caller, submission.origin), {
          action: 'api.created',
          target: targetOf(api),
          details: { identifier: api.identifier, zone: api.zone, after: api.facts() },
        });
        await this.recorder.announce(tx, 'apis', api.id);
        return ApiDocument.from(api, true);
      }),
    );
  }

  list(caller: Caller, query: ListQuery): Promise<ListDocument<ApiDocument>> {
    const operator = isOperator(caller);
    return this.transactions.run(async (tx) => {
      const page = await this.repository.list(tx, operator ? {} : { zone: 'external' }, query.after(), query.limit);
      return listDocument(page, (api) => ApiDocument.from(api, operator));
    });
  }

  get(caller: Caller, id: string): Promise<ApiDocument> {
    const operator = isOperator(caller);
    return this.transactions.run(async (tx) => {
      const api = await this.repository.find(tx, id);
      if (!api || !(operator || api.isVisibleToOrgs())) throw notFound();
      return ApiDocument.from(api, operator);
    });
  }

  update(caller: Caller, origin: AuditOrigin, id: string, body: UpdateApi): Promise<ApiDocument> {
    requireOperator(caller);
    return this.transactions.run(async (tx) => {
      const api = await this.getForUpdate(tx, id);
      const before = api.facts();
      const scopesBefore = api.scopes.map((scope) => scope.name);
      applyTo(api, body);
      requireValid(api);
      const changed = changedFields(before, api.facts());
      if (!changed && !body.scopes) return ApiDocument.from(api, true);
      await this.repository.update(tx, api);
      if (body.scopes) await this.repository.replaceScopes(tx, id, api.scopes);
      const removed = scopesBefore.filter((name) => !api.scopes.some((scope) => scope.name === name));
      // Whoever keeps grants reacts to this event and takes the removed scopes out of them.
      await this.recorder.record(tx, actOf(caller, origin), {
        action: 'api.updated',
        target: targetOf(api),
        details: { ...changed, removed_scopes: removed },
      });
      await this.recorder.announce(tx, 'apis', id);
      return ApiDocument.from(api, true);
    });
  }

  delete(caller: Caller, origin: AuditOrigin, id: string): Promise<void> {
    requireOperator(caller);
    return this.transactions.run(async (tx) => {
      const api = await this.getForUpdate(tx, id);
      if (api.isSystem())
        throw new Problem(API_RESOURCES_PROBLEMS, 'system_api', 'The platform brings this API itself. It cannot be deleted.');
      await this.secrets.deleteAll(tx, id);
      await this.repository.delete(tx, id);
      await this.recorder.record(tx, actOf(caller, origin), {
        action: 'api.deleted',
        target: targetOf(api),
        details: { identifier: api.identifier, client_id: id, before: api.facts() },
      });
      await this.recorder.announce(tx, 'apis', id);
    });
  }

  private async getForUpdate(tx: Transaction, id: string): Promise<ApiResource> {
    const api = await this.repository.findForUpdate(tx, id);
    if (!api) throw notFound();
    return api;
  }

  private async insert(tx: Transaction, api: ApiResource): Promise<void> {
    try {
      await this.repository.insert(tx, api);
    } catch (error) {
      if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
      throw new Problem(API_RESOURCES_PROBLEMS, 'api_identifier_taken', 'Another API has this identifier, perhaps in another spelling.', {
        errors: [{ location: '/identifier', message: 'The identifier is taken.', fix: 'Choose another, or change the API that has it.' }],
      });
    }
  }
}

function newApi(body: CreateApi): ApiResource {
  const now = new Date();
  const api = Object.assign(new ApiResource(), {
    id: newId('api'),
    identifier: body.identifier,
    lookupKey: lookupKeyOf(body.identifier),
    zone: body.zone,
    status: 'active' as const,
    systemKey: null,
    createdAt: now,
    updatedAt: now,
    tokenLifetimeSeconds: null,
    maxStalenessSeconds: DEFAULT_MAX_STALENESS_SECONDS,
    signingAlg: defaultAlg(body.zone),
    senderConstraint: 'none' as const,
    servedBy: [],
    scopes: [],
  });
  applyTo(api, body);
  return api;
}

function applyTo(api: ApiResource, body: UpdateApi): void {
  if (body.scopes && api.isSystem())
    throw new Problem(API_RESOURCES_PROBLEMS, 'system_api', 'The platform brings this API itself. Its scopes cannot be changed.');
  api.name = body.name ?? api.name;
  api.tokenLifetimeSeconds = body.token_lifetime_seconds === undefined ? api.tokenLifetimeSeconds : body.token_lifetime_seconds;
  api.maxStalenessSeconds = body.max_staleness_seconds ?? api.maxStalenessSeconds;
  api.signingAlg = body.signing_alg ?? api.signingAlg;
  api.senderConstraint = body.sender_constraint ?? api.senderConstraint;
  api.servedBy = body.served_by ?? api.servedBy;
  api.scopes = body.scopes?.map((scope, i) => ApiScope.of(api.id, scope.toDefinition(), i)) ?? api.scopes;
  api.updatedAt = new Date();
}

function requireValid(api: ApiResource): void {
  const errors = mistakesOfApi(api);
  if (errors.length > 0) throw httpProblem('validation_failed', 'The API cannot be registered like this. Nothing was stored.', { errors });
}

function targetOf(api: ApiResource): { type: string; id: string; name: string } {
  return { type: 'api', id: api.id, name: api.name };
}
