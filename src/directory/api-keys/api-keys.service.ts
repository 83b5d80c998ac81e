import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { TenantTransactions, type Transaction } from '../../platform/database/index.js';
import { listDocument, type ListDocument, type ListQuery } from '../../platform/http/index.js';
import type { Submission } from '../../platform/idempotency/index.js';
import { actOf, notFound, requireEntry } from '../administration/index.js';
import { Orgs } from '../orgs/index.js';
import { CreatorRights } from '../service-principals/index.js';
import type { ApiKey } from './api-key.entity.js';
import { ApiKeyMinting } from './api-key-minting.js';
import { ApiKeyRecords } from './api-key-records.js';
import { ApiKeysRepository, type ApiKeyAddress } from './api-keys.repository.js';
import { ApiKeyDocument, type MintedApiKeyDocument } from './dto/api-key.dto.js';
import type { CreateApiKey, RotateApiKey } from './dto/write-api-key.dto.js';

/** The keys of an organization; its people's tokens are seen and revoked here too. */
@Injectable()
export class ApiKeys {
  constructor(
    private readonly tenants: TenantTransactions,
    private readonly repository: ApiKeysRepository,
    private readonly orgs: Orgs,
    private readonly rights: CreatorRights,
    private readonly minting: ApiKeyMinting,
    private readonly records: ApiKeyRecords,
  ) {}

  async create(caller: Caller, submission: Submission, orgId: string, body: CreateApiKey): Promise<MintedApiKeyDocument> {
    requireEntry(caller, orgId);
    const grant = this.minting.resolve(body);
    const creator = await this.rights.of(caller);
    return this.tenants.run(orgId, (tx) =>
      this.records.once(tx, submission, async () => {
        const org = await this.orgs.getForCredentials(tx, orgId);
        this.rights.requireAssignable([grant], { held: [], ceiling: org.ceiling, creator }, () => '/scopes');
        const owner = { org, userId: null, createdBy: caller.clientId };
        return this.minting.create(tx, actOf(caller, submission.origin), owner, grant, body);
      }),
    );
  }

  list(caller: Caller, orgId: string, query: ListQuery): Promise<ListDocument<ApiKeyDocument>> {
    requireEntry(caller, orgId);
    return this.tenants.run(orgId, async (tx) => {
      await this.orgs.getInside(tx, orgId);
      return listDocument(await this.repository.list(tx, orgId, query.after(), query.limit), (key) => this.documentOf(key));
    });
  }

  get(caller: Caller, address: ApiKeyAddress): Promise<ApiKeyDocument> {
    requireEntry(caller, address.orgId);
    return this.tenants.run(address.orgId, async (tx) => {
      const key = await this.repository.find(tx, address);
      if (!key) throw notFound();
      return this.documentOf(key);
    });
  }

  /** Whoever gets the new key can act as it: so the caller needs its rights, unless it is that key itself. */
  async rotate(caller: Caller, submission: Submission, address: ApiKeyAddress, body: RotateApiKey): Promise<MintedApiKeyDocument> {
    requireEntry(caller, address.orgId);
    const creator = await this.rights.of(caller);
    return this.tenants.run(address.orgId, (tx) =>
      this.records.once(tx, submission, async () => {
        const key = await this.getForUpdate(tx, address);
        const org = await this.orgs.getForCredentials(tx, address.orgId);
        const grant = { audience: this.minting.audienceOf(key.apiId), scopes: key.scopes };
        this.rights.requireCover({ id: key.id, grants: [grant] }, caller, creator);
        const owner = { org, userId: null, createdBy: caller.clientId };
        return this.minting.rotate(tx, actOf(caller, submission.origin), owner, key, body);
      }),
    );
  }

  revoke(caller: Caller, origin: AuditOrigin, address: ApiKeyAddress): Promise<void> {
    requireEntry(caller, address.orgId);
    return this.tenants.run(address.orgId, async (tx) => {
      const key = await this.getForUpdate(tx, address);
      await this.minting.revoke(tx, actOf(caller, origin), key, 'by_administrator');
    });
  }

  private documentOf(key: ApiKey): ApiKeyDocument {
    return ApiKeyDocument.from(key, this.minting.audienceOf(key.apiId));
  }

  private async getForUpdate(tx: Transaction, address: ApiKeyAddress): Promise<ApiKey> {
    const key = await this.repository.findForUpdate(tx, address);
    if (!key) throw notFound();
    return key;
  }
}
