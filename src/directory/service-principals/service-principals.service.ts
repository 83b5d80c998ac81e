import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { newId } from '../../platform/crypto/index.js';
import { TenantTransactions } from '../../platform/database/index.js';
import { httpProblem, listDocument, type ListDocument, type ListQuery } from '../../platform/http/index.js';
import type { Submission } from '../../platform/idempotency/index.js';
import { notFound, requireEntry } from '../administration/index.js';
import { ClientSecrets } from '../credentials/index.js';
import { Orgs } from '../orgs/index.js';
import { changeAuthentication, SECRET_AUTHENTICATION } from './authentication.policy.js';
import { readNetwork } from './allowed-networks.policy.js';
import { CreatorRights } from './creator-rights.js';
import { ServicePrincipalDocument, type CreatedServicePrincipalDocument } from './dto/service-principal.dto.js';
import type { CreateServicePrincipal } from './dto/write-service-principal.dto.js';
import { PrincipalRecords } from './principal-records.js';
import { ServicePrincipal } from './service-principal.entity.js';
import { ServicePrincipalsRepository } from './service-principals.repository.js';

/** Creates, shows and deletes the service principals of an organization. */
@Injectable()
export class ServicePrincipals {
  constructor(
    private readonly tenants: TenantTransactions,
    private readonly repository: ServicePrincipalsRepository,
    private readonly orgs: Orgs,
    private readonly rights: CreatorRights,
    private readonly secrets: ClientSecrets,
    private readonly records: PrincipalRecords,
  ) {}

  async create(
    caller: Caller,
    submission: Submission,
    orgId: string,
    body: CreateServicePrincipal,
  ): Promise<CreatedServicePrincipalDocument> {
    requireEntry(caller, orgId);
    const principal = newPrincipal(orgId, caller, body);
    const asked = this.rights.resolve(body.grants);
    const creator = await this.rights.of(caller);
    return this.tenants.run(orgId, (tx) =>
      this.records.once(tx, submission, async () => {
        const org = await this.orgs.getForCredentials(tx, orgId);
        this.rights.requireAssignable(asked, { held: [], ceiling: org.ceiling, creator });
        principal.grants = asked.map(({ api, scopes }) => ({ audience: api.identifier, scopes: [...scopes] }));
        await this.repository.insert(
          tx,
          principal,
          asked.map(({ api, scopes }) => ({ apiId: api.id, scopes })),
        );
        const minted = principal.usesSecrets() ? await this.secrets.add(tx, { id: principal.id, orgId }, undefined) : undefined;
        await this.records.created(tx, caller, submission, principal, minted);
        const document = ServicePrincipalDocument.from(principal, minted ? [minted.record] : []);
        return minted ? { ...document, client_secret: minted.text } : document;
      }),
    );
  }

  list(caller: Caller, orgId: string, query: ListQuery): Promise<ListDocument<ServicePrincipalDocument>> {
    requireEntry(caller, orgId);
    return this.tenants.run(orgId, async (tx) => {
      await this.orgs.getInside(tx, orgId);
      const page = await this.repository.list(tx, orgId, query.after(), query.limit);
      const secrets = await this.secrets.listByOwner(
        tx,
        page.items.map(({ id }) => id),
      );
      return listDocument(page, (principal) => ServicePrincipalDocument.from(principal, secrets.get(principal.id) ?? []));
    });
  }

  get(caller: Caller, orgId: string, id: string): Promise<ServicePrincipalDocument> {
    requireEntry(caller, orgId);
    return this.tenants.run(orgId, async (tx) => {
      const principal = await this.repository.find(tx, orgId, id);
      if (!principal) throw notFound();
      return ServicePrincipalDocument.from(principal, await this.secrets.list(tx, id));
    });
  }

  delete(caller: Caller, origin: AuditOrigin, orgId: string, id: string): Promise<void> {
    requireEntry(caller, orgId);
    return this.tenants.run(orgId, async (tx) => {
      const principal = await this.repository.findForUpdate(tx, orgId, id);
      if (!principal) throw notFound();
      await this.secrets.deleteAll(tx, id);
      await this.repository.delete(tx, orgId, id);
      await this.records.changed(tx, caller, origin, {
        action: 'service_principal.deleted',
        principal,
        details: { before: principal.facts() },
      });
    });
  }
}

function newPrincipal(orgId: string, caller: Caller, body: CreateServicePrincipal): ServicePrincipal {
  const { authentication, mistakes } = changeAuthentication(SECRET_AUTHENTICATION, body);
  if (mistakes.length > 0)
    throw httpProblem('validation_failed', 'The service principal cannot authenticate like this. Nothing was stored.', {
      errors: mistakes,
    });
  const now = new Date();
  return Object.assign(new ServicePrincipal(), {
    id: newId('sp'),
    orgId,
    name: body.name,
    status: 'active' as const,
    ...authentication,
    tokenLifetimeSeconds: body.token_lifetime_seconds ?? null,
    allowedIps: (body.allowed_ips ?? []).flatMap((network) => readNetwork(network) ?? []),
    createdBy: caller.clientId,
    createdAt: now,
    updatedAt: now,
    grants: [],
  });
}
