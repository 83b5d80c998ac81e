import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { newId } from '../../platform/crypto/index.js';
import { httpProblem, listDocument, type ListDocument, type ListQuery } from '../../platform/http/index.js';
import type { Submission } from '../../platform/idempotency/index.js';
import { actOf, isOperator, notFound } from '../administration/index.js';
import { ClientSecrets, type ClientSecret } from '../credentials/index.js';
import { Orgs } from '../orgs/index.js';
import { changeAppAuthentication, firstAuthentication } from './app-authentication.policy.js';
import { DEFAULT_GRANT_TYPES, mistakesOfGrantTypes, settledGrantTypes } from './app-grant-types.policy.js';
import { AppGrants } from './app-grants.js';
import { AppRecords } from './app-records.js';
import { AppTransactions } from './app-transactions.js';
import { ThirdPartyAppDocument, type CreatedThirdPartyAppDocument } from './dto/third-party-app.dto.js';
import type { CreateThirdPartyApp } from './dto/write-third-party-app.dto.js';
import { mistakesOfRedirectUris } from './redirect-uris.policy.js';
import { ThirdPartyApp } from './third-party-app.entity.js';
import { ThirdPartyAppsRepository } from './third-party-apps.repository.js';

/** What operators and publishers do with apps: each publisher with its own. */
@Injectable()
export class ThirdPartyApps {
  constructor(
    private readonly transactions: AppTransactions,
    private readonly repository: ThirdPartyAppsRepository,
    private readonly orgs: Orgs,
    private readonly secrets: ClientSecrets,
    private readonly grants: AppGrants,
    private readonly records: AppRecords,
  ) {}

  create(caller: Caller, submission: Submission, body: CreateThirdPartyApp): Promise<CreatedThirdPartyAppDocument> {
    const app = this.newApp(caller, body);
    return this.transactions.run(caller, (tx) =>
      this.records.once(tx, submission, async () => {
        if (app.publisherOrgId !== null) await this.orgs.getForCredentials(tx, app.publisherOrgId);
        await this.repository.insert(tx, app);
        const minted = app.usesSecrets() ? await this.secrets.add(tx, ownerOf(app), undefined) : undefined;
        if (minted) await this.records.secret(tx, { caller, origin: submission.origin }, 'app.secret.created', app, minted.record);
        await this.records.changed(tx, actOf(caller, submission.origin), 'app.created', app, { after: this.records.factsOf(app) });
        const document = this.document(app, minted ? [minted.record] : []);
        return minted ? { ...document, client_secret: minted.text } : document;
      }),
    );
  }

  list(caller: Caller, query: ListQuery): Promise<ListDocument<ThirdPartyAppDocument>> {
    return this.transactions.run(caller, async (tx) => {
      const page = await this.repository.list(tx, query.after(), query.limit);
      const secrets = await this.secrets.listByOwner(
        tx,
        page.items.map(({ id }) => id),
      );
      return listDocument(page, (app) => this.document(app, secrets.get(app.id) ?? []));
    });
  }

  get(caller: Caller, id: string): Promise<ThirdPartyAppDocument> {
    return this.transactions.run(caller, async (tx) => {
      const app = await this.repository.find(tx, id);
      if (!app) throw notFound();
      return this.document(app, await this.secrets.list(tx, id));
    });
  }

  delete(caller: Caller, origin: AuditOrigin, id: string): Promise<void> {
    return this.transactions.run(caller, async (tx) => {
      const app = await this.repository.findForUpdate(tx, id);
      if (!app) throw notFound();
      await this.secrets.deleteAll(tx, id);
      await this.repository.delete(tx, id);
      await this.records.changed(tx, actOf(caller, origin), 'app.deleted', app, { before: this.records.factsOf(app) });
    });
  }

  document(app: ThirdPartyApp, secrets: readonly ClientSecret[]): ThirdPartyAppDocument {
    return ThirdPartyAppDocument.from(app, this.grants.of(app), secrets);
  }

  private newApp(caller: Caller, body: CreateThirdPartyApp): ThirdPartyApp {
    const { authentication, mistakes } = changeAppAuthentication(firstAuthentication(body.client_type), body);
    const [redirectUris, grantTypes] = [body.redirect_uris ?? [], settledGrantTypes(body.grant_types ?? DEFAULT_GRANT_TYPES)];
    const errors = [...mistakesOfGrantTypes(grantTypes, redirectUris), ...mistakesOfRedirectUris(body), ...mistakes];
    if (errors.length > 0)
      throw httpProblem('validation_failed', 'The app cannot be registered like this. Nothing was stored.', { errors });
    const now = new Date();
    return Object.assign(new ThirdPartyApp(), {
      id: newId('app'),
      publisherOrgId: publisherOf(caller, body.publisher_org_id),
      name: body.name,
      kind: body.kind,
      publisher: body.publisher,
      state: 'draft' as const,
      reviewNote: null,
      ...authentication,
      redirectUris,
      postLogoutRedirectUris: body.post_logout_redirect_uris ?? [],
      grantTypes,
      grants: this.grants.read(body.grants),
      logoUri: body.logo_uri ?? null,
      policyUri: body.policy_uri ?? null,
      tosUri: body.tos_uri ?? null,
      dpopBoundAccessTokens: body.dpop_bound_access_tokens ?? false,
      registration: 'administrator',
      createdBy: caller.clientId,
      unusedSince: null,
      createdAt: now,
      updatedAt: now,
    });
  }
}

export function ownerOf({ id, publisherOrgId }: ThirdPartyApp): { id: string; orgId: string | null } {
  return { id, orgId: publisherOrgId };
}

/** Only operators register apps of others, or of nobody. Another organization looks like one that does not exist. */
function publisherOf(caller: Caller, named: string | null | undefined): string | null {
  if (isOperator(caller)) return named ?? null;
  if (caller.orgId === undefined || (named !== undefined && named !== caller.orgId)) throw notFound();
  return caller.orgId;
}
