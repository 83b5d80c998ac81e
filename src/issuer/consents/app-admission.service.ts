import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { newId } from '../../platform/crypto/index.js';
import { TenantTransactions, type Transaction } from '../../platform/database/index.js';
import { listDocument, Problem, type ListDocument } from '../../platform/http/index.js';
import { type Act, actOf, ChangeRecorder, changedFields, notFound, requireEntry } from '../../directory/administration/index.js';
import { Orgs } from '../../directory/orgs/index.js';
import { AppPoliciesRepository, type AppPolicy } from './app-policies.repository.js';
import { AppRequestsRepository, type AppRequest } from './app-requests.repository.js';
import { CONSENTS_PROBLEMS } from './consents.errors.js';
import { Consents } from './consents.service.js';
import { ListableApps } from './listable-apps.js';
import { AppPolicyDocument, AppRequestDocument, type ListAppRequests, type WriteAppPolicy } from './dto/app-policy.dto.js';

/** Which apps the people of an organization can use, decided by its administrators. */
@Injectable()
export class AppAdmission {
  constructor(
    private readonly tenants: TenantTransactions,
    private readonly policies: AppPoliciesRepository,
    private readonly requests: AppRequestsRepository,
    private readonly orgs: Orgs,
    private readonly apps: ListableApps,
    private readonly consents: Consents,
    private readonly recorder: ChangeRecorder,
  ) {}

  get(caller: Caller, orgId: string): Promise<AppPolicyDocument> {
    requireEntry(caller, orgId);
    return this.tenants.run(orgId, async (tx) => {
      await this.orgs.getInside(tx, orgId);
      return AppPolicyDocument.from(await this.policies.find(tx, orgId));
    });
  }

  /** What people allowed to apps that are no longer admitted is withdrawn after the change, from which on no token is issued for it. */
  async set(caller: Caller, origin: AuditOrigin, orgId: string, body: WriteAppPolicy): Promise<AppPolicyDocument> {
    requireEntry(caller, orgId);
    const unstored = await this.apps.require(body.app_ids ?? [], origin.ip);
    await this.apps.keep(unstored);
    const act = actOf(caller, origin);
    const after = await this.tenants.run(orgId, (tx) => this.change(tx, act, orgId, body));
    // Also where nothing was changed: an earlier request may have ended halfway.
    await this.consents.withdrawNotAdmitted(act, orgId);
    return AppPolicyDocument.from(after);
  }

  private async change(tx: Transaction, act: Act, orgId: string, { mode, app_ids: appIds }: WriteAppPolicy): Promise<AppPolicy> {
    await this.orgs.getInside(tx, orgId);
    await this.policies.lock(tx, orgId);
    const before = await this.policies.find(tx, orgId);
    const after = { mode: mode ?? before.mode, listed: appIds ? [...appIds].sort() : before.listed };
    if (mode) await this.policies.setMode(tx, orgId, mode);
    if (appIds) {
      await this.policies.keepOnly(tx, orgId, appIds);
      await this.policies.admit(tx, orgId, appIds);
    }
    const changed = changedFields(factsOf(before), factsOf(after));
    if (changed)
      await this.recorder.record(tx, act, {
        action: 'app_policy.updated',
        orgId,
        target: { type: 'org', id: orgId },
        details: { ...changed },
      });
    return after;
  }

  /** Asks the administrators for an app. Asking again while the question is open changes nothing. */
  async ask(act: Act, request: Pick<AppRequest, 'orgId' | 'appId' | 'apiId' | 'scopes' | 'userId'>): Promise<void> {
    const id = newId('req');
    await this.tenants.run(request.orgId, async (tx) => {
      if (!(await this.requests.insert(tx, { id, ...request }))) return;
      await this.recordRequest(tx, act, 'created', { ...request, id });
    });
  }

  listRequests(caller: Caller, orgId: string, query: ListAppRequests): Promise<ListDocument<AppRequestDocument>> {
    requireEntry(caller, orgId);
    return this.tenants.run(orgId, async (tx) => {
      await this.orgs.getInside(tx, orgId);
      const page = await this.requests.list(tx, orgId, query.status, query.after(), query.limit);
      return listDocument(page, (request) => AppRequestDocument.from(request));
    });
  }

  /** Deciding as it was decided already changes nothing and succeeds. */
  decide(caller: Caller, origin: AuditOrigin, orgId: string, id: string, status: 'approved' | 'declined'): Promise<AppRequestDocument> {
    requireEntry(caller, orgId);
    return this.tenants.run(orgId, async (tx) => {
      const request = await this.requests.findForUpdate(tx, orgId, id);
      if (!request) throw notFound();
      if (request.status === status) return AppRequestDocument.from(request);
      if (request.status !== 'open')
        throw new Problem(CONSENTS_PROBLEMS, 'app_request_decided', `The request was ${request.status}. Change the list of apps instead.`);
      const act = actOf(caller, origin);
      await this.requests.decide(tx, id, status, act.actor.id ?? '');
      if (status === 'approved') {
        await this.policies.lock(tx, orgId);
        await this.policies.admit(tx, orgId, [request.appId]);
      }
      await this.recordRequest(tx, act, status, request);
      return AppRequestDocument.from({ ...request, status, decidedBy: act.actor.id, decidedAt: new Date() });
    });
  }

  private async recordRequest(
    tx: Transaction,
    act: Act,
    what: string,
    { id, orgId, appId, userId, scopes }: Pick<AppRequest, 'id' | 'orgId' | 'appId' | 'userId' | 'scopes'>,
  ): Promise<void> {
    await this.recorder.record(tx, act, {
      action: `app_request.${what}`,
      orgId,
      target: { type: 'app_request', id },
      details: { client_id: appId, user_id: userId, scope: scopes.join(' ') },
    });
  }
}

function factsOf({ mode, listed }: AppPolicy): Record<string, unknown> {
  return { mode, app_ids: listed };
}
