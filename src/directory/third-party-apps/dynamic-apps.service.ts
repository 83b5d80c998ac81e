import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import { AuditLog } from '../../platform/audit/index.js';
import { type Act, changedFields, SYSTEM_ACT } from '../administration/index.js';
import { ClientSecrets, DEFAULT_GRACE_SECONDS, missingKeys, type MintedSecret } from '../credentials/index.js';
import type { AppAuthentication } from './app-authentication.policy.js';
import type { AppGrantType } from './app-grant-types.policy.js';
import { AppRecords } from './app-records.js';
import { ReviewedNames } from './reviewed-names.js';
import { ThirdPartyApp, type AppGrant } from './third-party-app.entity.js';
import { ThirdPartyAppsRepository } from './third-party-apps.repository.js';

/** What an app says of itself that is kept where all apps are. */
export interface SelfDescription extends AppAuthentication {
  readonly name: string;
  readonly redirectUris: string[];
  readonly grantTypes: AppGrantType[];
  readonly grants: AppGrant[];
  readonly logoUri: string | null;
  readonly policyUri: string | null;
  readonly tosUri: string | null;
  readonly dpopBoundAccessTokens: boolean;
}

/** For who stands behind it: nobody has asked, and what the app says would be worth nothing. */
const NOBODY = 'an unknown publisher';

/** Apps that registered themselves (RFC 7591), for whoever keeps their registrations, and in its transactions. They belong to no organization. */
@Injectable()
export class DynamicApps {
  constructor(
    private readonly repository: ThirdPartyAppsRepository,
    private readonly secrets: ClientSecrets,
    private readonly records: AppRecords,
    private readonly audit: AuditLog,
    private readonly names: ReviewedNames,
  ) {}

  /** CON-5: whether people could take it for one that somebody has looked at. */
  isLookAlike(tx: Transaction, name: string): Promise<boolean> {
    return this.names.areLike(tx, name);
  }

  async insert(tx: Transaction, id: string, description: SelfDescription): Promise<ThirdPartyApp> {
    const now = new Date();
    const app = Object.assign(new ThirdPartyApp(), description, {
      id,
      publisherOrgId: null,
      kind: 'agent' as const,
      registration: 'dynamic' as const,
      publisher: NOBODY,
      state: 'draft' as const,
      reviewNote: null,
      postLogoutRedirectUris: [],
      createdBy: null,
      createdAt: now,
      updatedAt: now,
    });
    await this.repository.insert(tx, app);
    return app;
  }

  /** Locks it until the transaction ends. */
  async findForUpdate(tx: Transaction, id: string): Promise<ThirdPartyApp | undefined> {
    const app = await this.repository.findForUpdate(tx, id);
    return app?.registration === 'dynamic' ? app : undefined;
  }

  /** A secret; the one there is ends after the grace. Undefined for an app that uses none. */
  async renewSecret(tx: Transaction, app: ThirdPartyApp, expiresAt: Date): Promise<MintedSecret | undefined> {
    if (!app.usesSecrets()) return undefined;
    const options = { name: undefined, graceSeconds: DEFAULT_GRACE_SECONDS, expiresAt };
    return (await this.secrets.rotate(tx, { id: app.id, orgId: null }, options)).minted;
  }

  /** Until when its newest secret works; undefined for an app that has none. */
  async secretEnd(tx: Transaction, app: ThirdPartyApp): Promise<Date | undefined> {
    return app.usesSecrets() ? ((await this.secrets.list(tx, app.id))[0]?.expiresAt ?? undefined) : undefined;
  }

  /** Whether a text is one of its live secrets. */
  async isSecret(tx: Transaction, app: ThirdPartyApp, text: string): Promise<boolean> {
    return this.secrets.matches(await this.secrets.list(tx, app.id), text);
  }

  /** Last in its transaction. */
  async recordRegistered(tx: Transaction, act: Act, app: ThirdPartyApp, details: Readonly<Record<string, unknown>>): Promise<void> {
    await this.records.changed(tx, act, 'app.registered', app, { after: this.records.factsOf(app), ...details });
  }

  /** In place of what it said before. Last in its transaction. */
  async replace(tx: Transaction, act: Act, app: ThirdPartyApp, description: SelfDescription): Promise<void> {
    const [before, keysBefore] = [this.records.factsOf(app), app.jwks?.keys ?? []];
    Object.assign(app, description, { updatedAt: new Date() });
    const changed = changedFields(before, this.records.factsOf(app));
    const removed_keys = await missingKeys(keysBefore, app.jwks?.keys ?? []);
    await this.repository.update(tx, app);
    await this.records.changed(tx, act, 'app.updated', app, { ...changed, removed_keys });
  }

  /** With all that people allowed it. Last in its transaction. */
  async delete(tx: Transaction, act: Act, app: ThirdPartyApp): Promise<void> {
    await this.remove(tx, app.id);
    await this.records.changed(tx, act, 'app.deleted', app, { before: this.records.factsOf(app) });
  }

  /** Of those that nobody uses; no token of theirs is left. Last in its transaction. */
  async expire(tx: Transaction, ids: readonly string[], reason: string): Promise<void> {
    for (const id of ids) await this.remove(tx, id);
    await this.audit.recordAll(
      tx,
      ids.map((id) => ({ ...SYSTEM_ACT, action: 'app.expired', target: { type: 'app', id }, details: { client_id: id, reason } })),
    );
    for (const id of ids) await this.records.announce(tx, id);
  }

  private async remove(tx: Transaction, id: string): Promise<void> {
    await this.secrets.deleteAll(tx, id);
    await this.repository.delete(tx, id);
  }
}
