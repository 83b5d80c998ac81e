import { Injectable } from '@nestjs/common';
import { mintSecret, scopesOutside, type ClientGrant } from '@countersign/oauth';
import { newId } from '../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { ChangeRecorder, SYSTEM_ACT } from '../administration/index.js';
import { ApiCatalogue } from '../api-resources/index.js';
import { ClientSecrets } from '../credentials/index.js';
import { SECRET_AUTHENTICATION } from './authentication.policy.js';
import { OperatorsRepository } from './operators.repository.js';
import { ServicePrincipal } from './service-principal.entity.js';
import type { StoredGrant } from './service-principals.repository.js';

export interface OperatorSeed {
  /** Default: the operator there is, or a new id. */
  readonly clientId?: string;
  /** Default: a new secret. Only a new operator gets it. */
  readonly clientSecret?: string;
  readonly grants: readonly ClientGrant[];
}

export interface SeededOperator {
  readonly clientId: string;
  readonly created: boolean;
  /** Of a new operator only. */
  readonly clientSecret: string | undefined;
}

/** Makes the first operator, once, however many replicas start together. */
@Injectable()
export class OperatorSeeding {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: OperatorsRepository,
    private readonly secrets: ClientSecrets,
    private readonly apis: ApiCatalogue,
    private readonly recorder: ChangeRecorder,
  ) {}

  exists(): Promise<boolean> {
    return this.transactions.run(async (tx) => (await this.repository.findFirst(tx)) !== undefined);
  }

  /** An operator that exists keeps its secrets and gets the scopes it lacks, such as those of a new version. */
  seed(seed: OperatorSeed): Promise<SeededOperator> {
    const grants = this.storedGrants(seed.grants);
    return this.transactions.run(async (tx) => {
      await this.repository.lock(tx);
      const operator = seed.clientId ? await this.repository.find(tx, seed.clientId) : await this.repository.findFirst(tx);
      if (!operator) return this.create(tx, seed, grants);
      if (operator.orgId !== null)
        throw new Error(`The operator's client id ${operator.id} belongs to a service principal of an organization. Choose another.`);
      await this.addMissing(tx, operator, grants);
      return { clientId: operator.id, created: false, clientSecret: undefined };
    });
  }

  private async create(tx: Transaction, seed: OperatorSeed, grants: readonly StoredGrant[]): Promise<SeededOperator> {
    const operator = newOperator(seed.clientId ?? newId('sp'));
    const secret = seed.clientSecret ?? mintSecret('csn_secret');
    await this.repository.insert(tx, operator, grants);
    const { record } = await this.secrets.store(tx, { id: operator.id, orgId: null }, secret, undefined);
    await this.announce(tx, operator, 'service_principal.created', { grants: seed.grants, secret_id: record.id });
    return { clientId: operator.id, created: true, clientSecret: secret };
  }

  private async addMissing(tx: Transaction, operator: ServicePrincipal, grants: readonly StoredGrant[]): Promise<void> {
    const added: StoredGrant[] = [];
    for (const grant of grants) {
      const held = await this.repository.scopesAt(tx, operator.id, grant.apiId);
      const missing = scopesOutside(grant.scopes, held);
      if (missing.length === 0) continue;
      await this.repository.putGrant(tx, operator.id, { apiId: grant.apiId, scopes: [...held, ...missing] });
      added.push({ apiId: grant.apiId, scopes: missing });
    }
    if (added.length > 0)
      await this.announce(tx, operator, 'service_principal.updated', {
        added: added.map(({ apiId, scopes }) => ({ api_id: apiId, scopes })),
      });
  }

  private async announce(
    tx: Transaction,
    { id, name }: ServicePrincipal,
    action: string,
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await this.recorder.record(tx, SYSTEM_ACT, {
      action,
      target: { type: 'service_principal', id, name },
      details: { client_id: id, ...details },
    });
    await this.recorder.announce(tx, 'clients', id);
  }

  private storedGrants(grants: readonly ClientGrant[]): StoredGrant[] {
    return grants.map(({ audience, scopes }) => {
      const api = this.apis.find(audience);
      if (!api) throw new Error(`The operator's grant names the API ${audience}, which is not registered.`);
      return { apiId: api.id, scopes };
    });
  }
}

function newOperator(id: string): ServicePrincipal {
  const now = new Date();
  return Object.assign(new ServicePrincipal(), {
    id,
    orgId: null,
    name: 'operator',
    status: 'active' as const,
    ...SECRET_AUTHENTICATION,
    tokenLifetimeSeconds: null,
    allowedIps: [],
    createdBy: null,
    createdAt: now,
    updatedAt: now,
    grants: [],
  });
}
