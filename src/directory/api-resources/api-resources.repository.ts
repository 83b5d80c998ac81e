import { Injectable } from '@nestjs/common';
import { In, LessThan } from 'typeorm';
import { pageOf, type Page, type Transaction } from '../../platform/database/index.js';
import type { Zone } from '@countersign/oauth';
import { ApiResource } from './api-resource.entity.js';
import { ApiScope } from './api-scope.entity.js';

@Injectable()
export class ApiResourcesRepository {
  async loadAll(tx: Transaction): Promise<ApiResource[]> {
    return this.withScopes(tx, await tx.manager.find(ApiResource));
  }

  async find(tx: Transaction, id: string): Promise<ApiResource | undefined> {
    return this.first(tx, await tx.manager.find(ApiResource, { where: { id } }));
  }

  /** Locks the API until the transaction ends. */
  async findForUpdate(tx: Transaction, id: string): Promise<ApiResource | undefined> {
    return this.first(tx, await tx.manager.find(ApiResource, { where: { id }, lock: { mode: 'for_no_key_update' } }));
  }

  /** Newest first. */
  async list(tx: Transaction, filter: { zone?: Zone }, after: string | undefined, limit: number): Promise<Page<ApiResource>> {
    const where = { ...(filter.zone && { zone: filter.zone }), ...(after !== undefined && { id: LessThan(after) }) };
    const rows = await tx.manager.find(ApiResource, { where, order: { id: 'DESC' }, take: limit + 1 });
    return pageOf(await this.withScopes(tx, rows), limit, (api) => api.id);
  }

  async insert(tx: Transaction, api: ApiResource): Promise<void> {
    await tx.manager.insert(ApiResource, api);
    await this.insertScopes(tx, api.scopes);
  }

  async update(
    tx: Transaction,
    { id, name, tokenLifetimeSeconds, maxStalenessSeconds, signingAlg, senderConstraint, servedBy, updatedAt }: ApiResource,
  ): Promise<void> {
    const changes = { name, tokenLifetimeSeconds, maxStalenessSeconds, signingAlg, senderConstraint, servedBy, updatedAt };
    await tx.manager.update(ApiResource, { id }, changes);
  }

  async replaceScopes(tx: Transaction, apiId: string, scopes: readonly ApiScope[]): Promise<void> {
    await tx.manager.delete(ApiScope, { apiId });
    await this.insertScopes(tx, scopes);
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.manager.delete(ApiResource, { id });
  }

  /** Answers whether the row is new; false where another replica, or an earlier start, made it. */
  async insertSystem(tx: Transaction, api: ApiResource): Promise<boolean> {
    const { raw } = await tx.manager.createQueryBuilder().insert().into(ApiResource).values(api).orIgnore().returning('id').execute();
    return (raw as unknown[]).length > 0;
  }

  async findSystem(tx: Transaction, systemKey: string): Promise<ApiResource | undefined> {
    return this.first(tx, await tx.manager.find(ApiResource, { where: { systemKey }, lock: { mode: 'for_no_key_update' } }));
  }

  async rename(tx: Transaction, { id, identifier, lookupKey, updatedAt }: ApiResource): Promise<void> {
    await tx.manager.update(ApiResource, { id }, { identifier, lookupKey, updatedAt });
  }

  /** Answers the names of those that were missing. */
  async addMissingScopes(tx: Transaction, scopes: readonly ApiScope[]): Promise<string[]> {
    if (scopes.length === 0) return [];
    const { raw } = await tx.manager
      .createQueryBuilder()
      .insert()
      .into(ApiScope)
      .values([...scopes])
      .orIgnore()
      .returning('name')
      .execute();
    return (raw as { name: string }[]).map((row) => row.name);
  }

  private async insertScopes(tx: Transaction, scopes: readonly ApiScope[]): Promise<void> {
    if (scopes.length > 0) await tx.manager.insert(ApiScope, [...scopes]);
  }

  private async first(tx: Transaction, rows: ApiResource[]): Promise<ApiResource | undefined> {
    return (await this.withScopes(tx, rows))[0];
  }

  private async withScopes(tx: Transaction, apis: ApiResource[]): Promise<ApiResource[]> {
    if (apis.length === 0) return apis;
    const scopes = await tx.manager.find(ApiScope, {
      where: { apiId: In(apis.map((api) => api.id)) },
      order: { position: 'ASC', name: 'ASC' },
    });
    const byApi = new Map(apis.map((api) => [api.id, api]));
    for (const api of apis) api.scopes = [];
    for (const scope of scopes) byApi.get(scope.apiId)?.scopes.push(scope);
    return apis;
  }
}
