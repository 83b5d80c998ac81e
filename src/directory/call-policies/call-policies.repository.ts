import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import { pageOf, type Page, type Transaction } from '../../platform/database/index.js';
import { CallPolicy } from './call-policy.entity.js';

type Row = Pick<CallPolicy, 'id' | 'caller' | 'target'>;

@Injectable()
export class CallPoliciesRepository {
  async find(tx: Transaction, id: string): Promise<CallPolicy | undefined> {
    return (await this.named(tx, (query) => query.where('p.id = :id', { id })))[0];
  }

  /** Locks it until the transaction ends. */
  async findForUpdate(tx: Transaction, id: string): Promise<CallPolicy | undefined> {
    await tx.manager.findOne(CallPolicy, { where: { id }, lock: { mode: 'for_no_key_update' } });
    return this.find(tx, id);
  }

  async findForCall(tx: Transaction, callerId: string, targetApiId: string): Promise<CallPolicy | undefined> {
    return (await this.named(tx, (query) => query.where({ callerId, targetApiId })))[0];
  }

  listForTarget(tx: Transaction, targetApiId: string): Promise<CallPolicy[]> {
    return this.named(tx, (query) => query.where({ targetApiId }));
  }

  /** Newest first. */
  async list(tx: Transaction, after: string | undefined, limit: number): Promise<Page<CallPolicy>> {
    const rows = await this.named(tx, (query) => (after === undefined ? query : query.where('p.id < :after', { after })).limit(limit + 1));
    return pageOf(rows, limit, (policy) => policy.id);
  }

  async insert(tx: Transaction, policy: CallPolicy): Promise<void> {
    await tx.manager.insert(CallPolicy, policy);
  }

  async update(tx: Transaction, { id, scopes, orgMode, updatedAt }: CallPolicy): Promise<void> {
    await tx.manager.update(CallPolicy, { id }, { scopes, orgMode, updatedAt });
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.manager.delete(CallPolicy, { id });
  }

  /** With the names of both services; the name of a target that was deleted in this transaction is its id. */
  private async named(
    tx: Transaction,
    narrow: (query: SelectQueryBuilder<CallPolicy>) => SelectQueryBuilder<CallPolicy>,
  ): Promise<CallPolicy[]> {
    const query = tx.manager
      .createQueryBuilder(CallPolicy, 'p')
      .leftJoin('microservices', 'm', 'm.id = p.caller_id')
      .leftJoin('api_resources', 'a', 'a.id = p.target_api_id')
      .orderBy('p.id', 'DESC');
    const { entities, raw } = await narrow(query)
      .addSelect('m.name', 'caller')
      .addSelect('COALESCE(a.identifier, p.target_api_id)', 'target')
      .getRawAndEntities<Row>();
    return entities.map((policy, i) => Object.assign(policy, { caller: raw[i]?.caller, target: raw[i]?.target }));
  }
}
