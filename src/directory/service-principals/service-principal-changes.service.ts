import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { TenantTransactions, type Transaction } from '../../platform/database/index.js';
import { httpProblem } from '../../platform/http/index.js';
import { changedFields, notFound, requireEntry } from '../administration/index.js';
import type { CatalogueApi, ResolvedGrant } from '../api-resources/index.js';
import { ClientSecrets, missingKeys } from '../credentials/index.js';
import { Orgs } from '../orgs/index.js';
import { changeAuthentication, changesAuthentication } from './authentication.policy.js';
import { missingAnchors } from './certificate-authentication.policy.js';
import { readNetwork } from './allowed-networks.policy.js';
import { CreatorRights } from './creator-rights.js';
import { ServicePrincipalDocument } from './dto/service-principal.dto.js';
import type { UpdateServicePrincipal } from './dto/write-service-principal.dto.js';
import type { Creator } from './grant.policy.js';
import { PrincipalRecords } from './principal-records.js';
import type { ServicePrincipal } from './service-principal.entity.js';
import { ServicePrincipalsRepository } from './service-principals.repository.js';

/** Changes service principals that exist. */
@Injectable()
export class ServicePrincipalChanges {
  constructor(
    private readonly tenants: TenantTransactions,
    private readonly repository: ServicePrincipalsRepository,
    private readonly orgs: Orgs,
    private readonly rights: CreatorRights,
    private readonly secrets: ClientSecrets,
    private readonly records: PrincipalRecords,
  ) {}

  async update(
    caller: Caller,
    origin: AuditOrigin,
    address: { orgId: string; id: string },
    body: UpdateServicePrincipal,
  ): Promise<ServicePrincipalDocument> {
    requireEntry(caller, address.orgId);
    const asked = body.grants && this.rights.resolve(body.grants);
    const creator = await this.rights.of(caller);
    return this.tenants.run(address.orgId, async (tx) => {
      const principal = await this.getForUpdate(tx, address);
      const before = principal.facts();
      const { jwks: keysBefore, tlsClientAuthCa: anchorsBefore } = principal;
      if (changesAuthentication(body)) this.changeAuthentication(principal, body, caller, creator);
      if (asked) await this.changeGrants(tx, principal, asked, creator);
      applyTo(principal, body);
      const changed = changedFields(before, principal.facts());
      const removed_keys = await missingKeys(keysBefore?.keys ?? [], principal.jwks?.keys ?? []);
      // Keys without a kid look the same there.
      if (changed || removed_keys.length > 0) {
        await this.repository.update(tx, principal);
        const removed_anchors = missingAnchors(anchorsBefore, principal.tlsClientAuthCa);
        await this.records.changed(tx, caller, origin, {
          action: 'service_principal.updated',
          principal,
          details: { ...changed, removed_keys, removed_anchors },
        });
      }
      return this.document(tx, principal);
    });
  }

  /** Setting the status it has already changes nothing and succeeds. */
  setStatus(
    caller: Caller,
    origin: AuditOrigin,
    address: { orgId: string; id: string },
    status: ServicePrincipal['status'],
  ): Promise<ServicePrincipalDocument> {
    requireEntry(caller, address.orgId);
    return this.tenants.run(address.orgId, async (tx) => {
      const principal = await this.getForUpdate(tx, address);
      if (principal.status !== status) {
        principal.status = status;
        principal.updatedAt = new Date();
        await this.repository.update(tx, principal);
        await this.records.changed(tx, caller, origin, {
          action: `service_principal.${status === 'active' ? 'enabled' : 'disabled'}`,
          principal,
        });
      }
      return this.document(tx, principal);
    });
  }

  private changeAuthentication(principal: ServicePrincipal, body: UpdateServicePrincipal, caller: Caller, creator: Creator): void {
    const { authentication, mistakes } = changeAuthentication(principal, body);
    if (mistakes.length > 0)
      throw httpProblem('validation_failed', 'The service principal cannot authenticate like this. Nothing was stored.', {
        errors: mistakes,
      });
    // Who puts in a key of their own can act as the principal.
    this.rights.requireCover(principal, caller, creator);
    Object.assign(principal, authentication);
  }

  private async changeGrants(
    tx: Transaction,
    principal: ServicePrincipal,
    asked: readonly ResolvedGrant<CatalogueApi>[],
    creator: Creator,
  ): Promise<void> {
    const { ceiling } = await this.orgs.getInside(tx, principal.orgId ?? '');
    this.rights.requireAssignable(asked, { held: principal.grants, ceiling, creator });
    principal.grants = asked.map(({ api, scopes }) => ({ audience: api.identifier, scopes: [...scopes] }));
    await this.repository.replaceGrants(
      tx,
      principal,
      asked.map(({ api, scopes }) => ({ apiId: api.id, scopes })),
    );
  }

  private async getForUpdate(tx: Transaction, { orgId, id }: { orgId: string; id: string }): Promise<ServicePrincipal> {
    const principal = await this.repository.findForUpdate(tx, orgId, id);
    if (!principal) throw notFound();
    return principal;
  }

  private async document(tx: Transaction, principal: ServicePrincipal): Promise<ServicePrincipalDocument> {
    return ServicePrincipalDocument.from(principal, await this.secrets.list(tx, principal.id));
  }
}

function applyTo(principal: ServicePrincipal, body: UpdateServicePrincipal): void {
  principal.name = body.name ?? principal.name;
  principal.tokenLifetimeSeconds = body.token_lifetime_seconds === undefined ? principal.tokenLifetimeSeconds : body.token_lifetime_seconds;
  principal.allowedIps = body.allowed_ips?.flatMap((network) => readNetwork(network) ?? []) ?? principal.allowedIps;
  principal.updatedAt = new Date();
}
