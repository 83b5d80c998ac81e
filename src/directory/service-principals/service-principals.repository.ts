import { Injectable } from '@nestjs/common';
import { In, LessThan } from 'typeorm';
import type { ClientGrant } from '@countersign/oauth';
import { pageOf, type Page, type Transaction } from '../../platform/database/index.js';
import { ServicePrincipal, ServicePrincipalGrant } from './service-principal.entity.js';

/** A grant as it is stored: by the API's id. */
export interface StoredGrant {
  readonly apiId: string;
  readonly scopes: readonly string[];
}

/** Every method takes the organization first. The transaction's row-level security holds even where one is forgotten. */
@Injectable()
export class ServicePrincipalsRepository {
  async find(tx: Transaction, orgId: string, id: string): Promise<ServicePrincipal | undefined> {
    return this.first(tx, await tx.manager.find(ServicePrincipal, { where: { orgId, id } }));
  }

  /** Locks it until the transaction ends: changes of one principal and its secrets happen one after the other. */
  async findForUpdate(tx: Transaction, orgId: string, id: string): Promise<ServicePrincipal | undefined> {
    return this.first(tx, await tx.manager.find(ServicePrincipal, { where: { orgId, id }, lock: { mode: 'for_no_key_update' } }));
  }

  /** Newest first. */
  async list(tx: Transaction, orgId: string, after: string | undefined, limit: number): Promise<Page<ServicePrincipal>> {
    const where = { orgId, ...(after !== undefined && { id: LessThan(after) }) };
    const rows = await tx.manager.find(ServicePrincipal, { where, order: { id: 'DESC' }, take: limit + 1 });
    return pageOf(await this.withGrants(tx, rows), limit, (principal) => principal.id);
  }

  async insert(tx: Transaction, principal: ServicePrincipal, grants: readonly StoredGrant[]): Promise<void> {
    await tx.manager.insert(ServicePrincipal, principal);
    await this.insertGrants(tx, principal, grants);
  }

  async update(tx: Transaction, principal: ServicePrincipal): Promise<void> {
    const { id, name, status, authMethod, jwks, jwksUri, tlsClientAuthCa, tlsClientAuthSan } = principal;
    const { tokenLifetimeSeconds, allowedIps, updatedAt } = principal;
    await tx.manager.update(
      ServicePrincipal,
      { id },
      {
        name,
        status,
        authMethod,
        jwks: jwks as never,
        jwksUri,
        tlsClientAuthCa,
        tlsClientAuthSan,
        tokenLifetimeSeconds,
        allowedIps,
        updatedAt,
      },
    );
  }

  async replaceGrants(tx: Transaction, principal: ServicePrincipal, grants: readonly StoredGrant[]): Promise<void> {
    await tx.manager.delete(ServicePrincipalGrant, { servicePrincipalId: principal.id });
    await this.insertGrants(tx, principal, grants);
  }

  async delete(tx: Transaction, orgId: string, id: string): Promise<void> {
    await tx.manager.delete(ServicePrincipal, { orgId, id });
  }

  /** Takes scopes that an API no longer has out of every grant on it. */
  async removeScopes(tx: Transaction, apiId: string, scopes: readonly string[]): Promise<void> {
    await tx.manager.query(
      `WITH hit AS (SELECT service_principal_id FROM service_principal_grants WHERE api_id = $1 AND scopes && $2::text[] ORDER BY 1 FOR UPDATE)
       UPDATE service_principal_grants g SET scopes = ARRAY(SELECT u.scope FROM unnest(g.scopes) WITH ORDINALITY AS u(scope, n) WHERE u.scope <> ALL ($2::text[]) ORDER BY u.n)
         FROM hit WHERE g.api_id = $1 AND g.service_principal_id = hit.service_principal_id`,
      [apiId, scopes],
    );
    await tx.manager.query(`DELETE FROM service_principal_grants WHERE api_id = $1 AND scopes = '{}'`, [apiId]);
  }

  countActive(tx: Transaction, orgId: string): Promise<number> {
    return tx.manager.count(ServicePrincipal, { where: { orgId, status: 'active' } });
  }

  private async insertGrants(tx: Transaction, { id, orgId }: ServicePrincipal, grants: readonly StoredGrant[]): Promise<void> {
    const rows = grants
      .filter(({ scopes }) => scopes.length > 0)
      .map(({ apiId, scopes }) => ({ servicePrincipalId: id, orgId, apiId, scopes: [...scopes] }));
    if (rows.length > 0) await tx.manager.insert(ServicePrincipalGrant, rows);
  }

  private async first(tx: Transaction, rows: ServicePrincipal[]): Promise<ServicePrincipal | undefined> {
    return (await this.withGrants(tx, rows))[0];
  }

  private async withGrants(tx: Transaction, principals: ServicePrincipal[]): Promise<ServicePrincipal[]> {
    if (principals.length === 0) return principals;
    const rows = await tx.manager
      .createQueryBuilder(ServicePrincipalGrant, 'g')
      .innerJoin('api_resources', 'a', 'a.id = g.api_id')
      .select(['g.service_principal_id AS owner', 'a.identifier AS audience', 'g.scopes AS scopes'])
      .where({ servicePrincipalId: In(principals.map(({ id }) => id)) })
      .orderBy('a.id')
      .getRawMany<ClientGrant & { owner: string }>();
    const byId = new Map(principals.map((principal) => [principal.id, principal]));
    for (const principal of principals) principal.grants = [];
    for (const { owner, audience, scopes } of rows) byId.get(owner)?.grants.push({ audience, scopes });
    return principals;
  }
}
