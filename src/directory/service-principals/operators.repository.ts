import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { Transaction } from '../../platform/database/index.js';
import { ServicePrincipal, ServicePrincipalGrant } from './service-principal.entity.js';
import type { StoredGrant } from './service-principals.repository.js';

/** Any fixed number: the lock that lets one of many starting replicas make the operator. */
const OPERATOR_LOCK = 7_262_912;

/** Service principals that belong to no organization. Only the platform role sees them. */
@Injectable()
export class OperatorsRepository {
  async lock(tx: Transaction): Promise<void> {
    await tx.manager.query('SELECT pg_advisory_xact_lock($1)', [OPERATOR_LOCK]);
  }

  /** Also finds a principal of an organization, so that its id is not taken for an operator's. */
  async find(tx: Transaction, id: string): Promise<ServicePrincipal | undefined> {
    return (await tx.manager.findOne(ServicePrincipal, { where: { id } })) ?? undefined;
  }

  /** The oldest. */
  async findFirst(tx: Transaction): Promise<ServicePrincipal | undefined> {
    return (
      (await tx.manager.findOne(ServicePrincipal, { where: { orgId: IsNull() }, order: { createdAt: 'ASC', id: 'ASC' } })) ?? undefined
    );
  }

  async insert(tx: Transaction, operator: ServicePrincipal, grants: readonly StoredGrant[]): Promise<void> {
    await tx.manager.insert(ServicePrincipal, operator);
    for (const grant of grants) await this.putGrant(tx, operator.id, grant);
  }

  async scopesAt(tx: Transaction, operatorId: string, apiId: string): Promise<readonly string[]> {
    const grant = await tx.manager.findOne(ServicePrincipalGrant, { where: { servicePrincipalId: operatorId, apiId } });
    return grant?.scopes ?? [];
  }

  async putGrant(tx: Transaction, operatorId: string, { apiId, scopes }: StoredGrant): Promise<void> {
    await tx.manager.upsert(ServicePrincipalGrant, { servicePrincipalId: operatorId, orgId: null, apiId, scopes: [...scopes] }, [
      'servicePrincipalId',
      'apiId',
    ]);
  }
}
