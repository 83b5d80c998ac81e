import { Injectable } from '@nestjs/common';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { PlatformTransactions } from '../../platform/database/index.js';
import { notFound } from '../../directory/administration/index.js';
import { ApiCatalogue } from '../../directory/api-resources/index.js';
import { Orgs } from '../../directory/orgs/index.js';
import { type Consent, type ConsentAct, Consents, ConsentUsage } from '../consents/index.js';
import { RefreshTokens } from '../refresh-tokens/index.js';
import { StoredApps } from '../registration/index.js';
import type { SignedInUser } from '../sessions/index.js';
import { ownAppOf, type OwnApp, type OwnAppFacts } from './own-app.js';

/** The apps that a person allowed something: what each did, and how to take it back. */
@Injectable()
export class OwnApps {
  constructor(
    private readonly platform: PlatformTransactions,
    private readonly consents: Consents,
    private readonly usage: ConsentUsage,
    private readonly families: RefreshTokens,
    private readonly orgs: Orgs,
    private readonly apps: StoredApps,
    private readonly apis: ApiCatalogue,
  ) {}

  /** In all of their organizations, newest first. */
  async list({ userId }: SignedInUser): Promise<OwnApp[]> {
    return this.view(userId, await this.consents.ofUser(userId));
  }

  /** Undefined where it is not theirs. */
  async find({ userId }: SignedInUser, consentId: string): Promise<OwnApp | undefined> {
    const consent = await this.consents.findOwn(userId, consentId);
    return consent && (await this.view(userId, [consent]))[0];
  }

  /** Its tokens are refused within 2 s, its refresh tokens at once. @throws Problem `not_found` */
  async revoke(user: SignedInUser, origin: AuditOrigin, consentId: string): Promise<void> {
    if (!(await this.consents.withdrawOwn(actOf(user, origin), user.userId, consentId))) throw notFound();
  }

  /** Takes away all but these; without any, it is revoked. Answers whether something is left. @throws Problem `not_found` */
  async narrow(user: SignedInUser, origin: AuditOrigin, consentId: string, kept: readonly string[]): Promise<boolean> {
    const consent = await this.consents.narrowOwn(actOf(user, origin), user.userId, consentId, kept);
    if (!consent) throw notFound();
    return consent.scopes.length > 0;
  }

  private async view(userId: string, consents: readonly Consent[]): Promise<OwnApp[]> {
    if (consents.length === 0) return [];
    const { uses, families, orgNames } = await this.read(userId, consents);
    const clients = new Map<string, OwnAppFacts['client']>();
    for (const { appId } of consents) if (!clients.has(appId)) clients.set(appId, await this.apps.find(appId));
    return consents.map((consent) => {
      const api = this.apis.byId(consent.apiId);
      return ownAppOf({
        consent,
        client: clients.get(consent.appId),
        orgName: orgNames.get(consent.orgId) ?? '',
        api,
        describe: (scope) => api && this.apis.definitionOf(api, scope),
        use: uses.get(consent.id),
        families,
      });
    });
  }

  private read(userId: string, consents: readonly Consent[]): Promise<Pick<OwnAppFacts, 'families'> & OfConsents> {
    return this.platform.run(async (tx) => {
      const orgNames = new Map<string, string>();
      for (const orgId of new Set(consents.map((consent) => consent.orgId)))
        orgNames.set(orgId, (await this.orgs.getInside(tx, orgId)).name);
      return { orgNames, uses: await this.usage.of(tx, consents), families: await this.families.ofUser(tx, userId) };
    });
  }
}

interface OfConsents {
  readonly orgNames: ReadonlyMap<string, string>;
  readonly uses: Awaited<ReturnType<ConsentUsage['of']>>;
}

function actOf({ userId, email }: SignedInUser, origin: AuditOrigin): ConsentAct {
  return { actor: { type: 'user', id: userId, name: email }, origin };
}
