import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { Configuration, trustDomainOf } from '../../platform/config/index.js';
import { newId } from '../../platform/crypto/index.js';
import { PlatformTransactions, sqlState, UNIQUE_VIOLATION, type Transaction } from '../../platform/database/index.js';
import { httpProblem, listDocument, Problem, type ListDocument, type ListQuery } from '../../platform/http/index.js';
import { Idempotency, type Submission } from '../../platform/idempotency/index.js';
import { type Act, actOf, changedFields, ChangeRecorder, notFound, requireOperator } from '../administration/index.js';
import { missingKeys } from '../credentials/index.js';
import { MicroserviceDocument } from './dto/microservice.dto.js';
import type { CreateMicroservice, UpdateMicroservice } from './dto/write-microservice.dto.js';
import { Microservice } from './microservice.entity.js';
import { changeCredentials, mistakesOfSpiffeId, type CredentialsChange } from './microservice.policy.js';
import { MICROSERVICES_PROBLEMS } from './microservices.errors.js';
import { MicroservicesRepository } from './microservices.repository.js';

/** What operators do with microservices. */
@Injectable()
export class Microservices {
  private readonly trustDomain: string;

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: MicroservicesRepository,
    private readonly recorder: ChangeRecorder,
    private readonly idempotency: Idempotency,
    { settings }: Configuration,
  ) {
    this.trustDomain = trustDomainOf(settings);
  }

  async create(caller: Caller, submission: Submission, body: CreateMicroservice): Promise<MicroserviceDocument> {
    requireOperator(caller);
    const service = newMicroservice(caller, body);
    this.requireOwnId(service);
    return this.transactions.run((tx) =>
      this.idempotency.once(tx, submission.idempotency, async () => {
        await saving(() => this.repository.insert(tx, service));
        await this.record(tx, actOf(caller, submission.origin), 'created', service, { after: service.facts() });
        return MicroserviceDocument.from(service);
      }),
    );
  }

  async list(caller: Caller, query: ListQuery): Promise<ListDocument<MicroserviceDocument>> {
    requireOperator(caller);
    return this.transactions.run(async (tx) =>
      listDocument(await this.repository.list(tx, query.after(), query.limit), (service) => MicroserviceDocument.from(service)),
    );
  }

  async get(caller: Caller, id: string): Promise<MicroserviceDocument> {
    requireOperator(caller);
    const service = await this.transactions.run((tx) => this.repository.find(tx, id));
    if (!service) throw notFound();
    return MicroserviceDocument.from(service);
  }

  async update(caller: Caller, origin: AuditOrigin, id: string, body: UpdateMicroservice): Promise<MicroserviceDocument> {
    requireOperator(caller);
    return this.transactions.run(async (tx) => {
      const service = await this.getForUpdate(tx, id);
      const [before, keysBefore] = [service.facts(), service.jwks?.keys ?? []];
      applyCredentials(service, body);
      service.spiffeId = body.spiffe_id === undefined ? service.spiffeId : body.spiffe_id;
      this.requireOwnId(service);
      const removed_keys = await missingKeys(keysBefore, service.jwks?.keys ?? []);
      const changed = changedFields(before, service.facts());
      if (!changed && removed_keys.length === 0 && body.jwks === undefined) return MicroserviceDocument.from(service);
      service.updatedAt = new Date();
      await saving(() => this.repository.update(tx, service));
      await this.record(tx, actOf(caller, origin), 'updated', service, { ...changed, removed_keys });
      return MicroserviceDocument.from(service);
    });
  }

  /** Setting the status it has already changes nothing and succeeds. */
  async setStatus(caller: Caller, origin: AuditOrigin, id: string, status: Microservice['status']): Promise<MicroserviceDocument> {
    requireOperator(caller);
    return this.transactions.run(async (tx) => {
      const service = await this.getForUpdate(tx, id);
      if (service.status === status) return MicroserviceDocument.from(service);
      Object.assign(service, { status, updatedAt: new Date() });
      await this.repository.update(tx, service);
      await this.record(tx, actOf(caller, origin), status === 'active' ? 'enabled' : 'disabled', service);
      return MicroserviceDocument.from(service);
    });
  }

  async delete(caller: Caller, origin: AuditOrigin, id: string): Promise<void> {
    requireOperator(caller);
    return this.transactions.run(async (tx) => {
      const service = await this.getForUpdate(tx, id);
      await this.repository.delete(tx, id);
      await this.record(tx, actOf(caller, origin), 'deleted', service, { before: service.facts() });
    });
  }

  private requireOwnId({ spiffeId, name }: Microservice): void {
    const errors = mistakesOfSpiffeId(spiffeId, name, this.trustDomain);
    if (errors.length > 0)
      throw httpProblem('validation_failed', 'The SPIFFE id belongs to another service. Nothing was stored.', { errors });
  }

  private async getForUpdate(tx: Transaction, id: string): Promise<Microservice> {
    const service = await this.repository.findForUpdate(tx, id);
    if (!service) throw notFound();
    return service;
  }

  /** Last in its transaction. */
  private async record(tx: Transaction, act: Act, what: string, { id, name }: Microservice, details: object = {}): Promise<void> {
    await this.recorder.record(tx, act, {
      action: `microservice.${what}`,
      target: { type: 'microservice', id, name },
      details: { client_id: id, ...details },
    });
    await this.recorder.announce(tx, 'clients', id);
  }
}

function newMicroservice(caller: Caller, body: CreateMicroservice): Microservice {
  const now = new Date();
  const service = Object.assign(new Microservice(), {
    id: newId('svc'),
    name: body.name,
    spiffeId: body.spiffe_id ?? null,
    status: 'active' as const,
    authMethod: body.auth_method,
    jwks: null,
    jwksUri: null,
    createdBy: caller.clientId,
    createdAt: now,
    updatedAt: now,
  });
  applyCredentials(service, body);
  return service;
}

function applyCredentials(service: Microservice, change: CredentialsChange): void {
  const { credentials, mistakes } = changeCredentials(service, change);
  if (mistakes.length > 0)
    throw httpProblem('validation_failed', 'The microservice cannot authenticate like this. Nothing was stored.', { errors: mistakes });
  Object.assign(service, credentials);
}

async function saving(save: () => Promise<void>): Promise<void> {
  try {
    await save();
  } catch (error) {
    if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
    throw new Problem(
      MICROSERVICES_PROBLEMS,
      'microservice_exists',
      'Another microservice has this name or this SPIFFE id. Choose another, or change the one that has it.',
    );
  }
}
