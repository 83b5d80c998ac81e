import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { TenantTransactions, type Transaction } from '../../platform/database/index.js';
import { Problem } from '../../platform/http/index.js';
import type { Submission } from '../../platform/idempotency/index.js';
import { notFound, requireEntry } from '../administration/index.js';
import {
  ClientSecrets,
  DEFAULT_GRACE_SECONDS,
  SecretDocument,
  SecretList,
  type MintedSecret,
  type MintedSecretDocument,
  type Rotation,
} from '../credentials/index.js';
import { Orgs } from '../orgs/index.js';
import { CreatorRights } from './creator-rights.js';
import type { RotateSecret } from './dto/rotate-secret.dto.js';
import { PrincipalRecords } from './principal-records.js';
import type { ServicePrincipal } from './service-principal.entity.js';
import { SERVICE_PRINCIPALS_PROBLEMS } from './service-principals.errors.js';
import { ServicePrincipalsRepository } from './service-principals.repository.js';

interface Address {
  readonly orgId: string;
  readonly id: string;
}

/** The secrets of a service principal. */
@Injectable()
export class ServicePrincipalSecrets {
  constructor(
    private readonly tenants: TenantTransactions,
    private readonly repository: ServicePrincipalsRepository,
    private readonly orgs: Orgs,
    private readonly rights: CreatorRights,
    private readonly secrets: ClientSecrets,
    private readonly records: PrincipalRecords,
  ) {}

  async rotate(caller: Caller, submission: Submission, address: Address, body: RotateSecret): Promise<MintedSecretDocument> {
    requireEntry(caller, address.orgId);
    const creator = await this.rights.of(caller);
    return this.tenants.run(address.orgId, (tx) =>
      this.records.once(tx, submission, async () => {
        const principal = await this.getForUpdate(tx, address);
        await this.orgs.getForCredentials(tx, address.orgId);
        this.rights.requireCover(principal, caller, creator);
        if (!principal.usesSecrets())
          throw new Problem(
            SERVICE_PRINCIPALS_PROBLEMS,
            'no_secrets',
            `The service principal authenticates with ${principal.authMethod}, not with a secret.`,
          );
        const minted = body.keep_existing
          ? await this.addOne(tx, caller, submission, address, body)
          : await this.replace(tx, caller, submission, address, body);
        await this.records.announce(tx, principal.id);
        return { ...SecretDocument.from(minted.record), client_id: principal.id, client_secret: minted.text };
      }),
    );
  }

  list(caller: Caller, { orgId, id }: Address): Promise<SecretList> {
    requireEntry(caller, orgId);
    return this.tenants.run(orgId, async (tx) => {
      if (!(await this.repository.find(tx, orgId, id))) throw notFound();
      return SecretList.from(await this.secrets.list(tx, id));
    });
  }

  delete(caller: Caller, origin: AuditOrigin, address: Address, secretId: string): Promise<void> {
    requireEntry(caller, address.orgId);
    return this.tenants.run(address.orgId, async (tx) => {
      const { id: clientId } = await this.getForUpdate(tx, address);
      const secret = await this.secrets.delete(tx, clientId, secretId);
      if (!secret) throw notFound();
      await this.records.secret(tx, caller, origin, { action: 'service_principal.secret.deleted', orgId: address.orgId, clientId, secret });
      await this.records.announce(tx, clientId);
    });
  }

  private async addOne(
    tx: Transaction,
    caller: Caller,
    { origin }: Submission,
    { orgId, id }: Address,
    { name }: RotateSecret,
  ): Promise<MintedSecret> {
    const minted = await this.secrets.add(tx, { id, orgId }, name);
    await this.records.secret(tx, caller, origin, {
      action: 'service_principal.secret.created',
      orgId,
      clientId: id,
      secret: minted.record,
    });
    return minted;
  }

  private async replace(
    tx: Transaction,
    caller: Caller,
    { origin }: Submission,
    { orgId, id }: Address,
    { name, grace_seconds: graceSeconds = DEFAULT_GRACE_SECONDS }: RotateSecret,
  ): Promise<MintedSecret> {
    const rotation = await this.secrets.rotate(tx, { id, orgId }, { name, graceSeconds });
    await this.recordRotation(tx, caller, origin, { orgId, id }, rotation, graceSeconds);
    return rotation.minted;
  }

  private async recordRotation(
    tx: Transaction,
    caller: Caller,
    origin: AuditOrigin,
    { orgId, id }: Address,
    { minted, before, retired }: Rotation,
    graceSeconds: number,
  ): Promise<void> {
    const ending = before.map((secret) => ({ id: secret.id, expires_at: secret.expiresAt?.toISOString() }));
    await this.records.secret(tx, caller, origin, {
      action: 'service_principal.secret.rotated',
      orgId,
      clientId: id,
      secret: minted.record,
      details: { grace_seconds: graceSeconds, ending },
    });
    for (const secret of before.filter((one) => retired.includes(one.id))) {
      await this.records.secret(tx, caller, origin, { action: 'service_principal.secret.retired', orgId, clientId: id, secret });
    }
  }

  private async getForUpdate(tx: Transaction, { orgId, id }: Address): Promise<ServicePrincipal> {
    const principal = await this.repository.findForUpdate(tx, orgId, id);
    if (!principal) throw notFound();
    return principal;
  }
}
