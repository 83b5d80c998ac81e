import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { TenantTransactions } from '../../platform/database/index.js';
import { listDocument, type ListDocument, type ListQuery } from '../../platform/http/index.js';
import { actOf, ChangeRecorder, notFound, requireEntry } from '../../directory/administration/index.js';
import { ApiCatalogue } from '../../directory/api-resources/index.js';
import { Orgs } from '../../directory/orgs/index.js';
import { StoredApps } from '../registration/index.js';
import { ConnectedAppsRepository } from './connected-apps.repository.js';
import { Consents } from './consents.service.js';
import { ConnectedAppDocument } from './dto/connected-app.dto.js';

/** The apps that people of an organization allowed something, one line each, for its administrators. */
@Injectable()
export class ConnectedApps {
  constructor(
    private readonly tenants: TenantTransactions,
    private readonly repository: ConnectedAppsRepository,
    private readonly orgs: Orgs,
    private readonly apps: StoredApps,
    private readonly apis: ApiCatalogue,
    private readonly consents: Consents,
    private readonly recorder: ChangeRecorder,
  ) {}

  async list(caller: Caller, orgId: string, query: ListQuery): Promise<ListDocument<ConnectedAppDocument>> {
    requireEntry(caller, orgId);
    const page = await this.tenants.run(orgId, async (tx) => {
      await this.orgs.getInside(tx, orgId);
      return this.repository.list(tx, orgId, query.after(), query.limit);
    });
    const apps = await this.apps.findAll(page.items.map(({ appId }) => appId));
    const audienceOf = (apiId: string): string => this.apis.byId(apiId)?.identifier ?? apiId;
    return listDocument(page, (connected) => ConnectedAppDocument.from(connected, apps.get(connected.appId), audienceOf));
  }

  /** Withdraws all that people of the organization allowed the app. They can allow it again while the organization admits it. */
  async withdraw(caller: Caller, origin: AuditOrigin, orgId: string, appId: string): Promise<void> {
    requireEntry(caller, orgId);
    const act = actOf(caller, origin);
    await this.consents.withdrawOfApp(act, orgId, appId, async (tx, consents) => {
      if (consents === 0) throw notFound();
      await this.recorder.record(tx, act, {
        action: 'connected_app.withdrawn',
        orgId,
        target: { type: 'app', id: appId },
        details: { consents },
      });
    });
  }
}
