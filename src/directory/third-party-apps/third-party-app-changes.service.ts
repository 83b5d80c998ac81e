import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { httpProblem, Problem, type ProblemItem } from '../../platform/http/index.js';
import { actOf, changedFields, isOperator, notFound, requireOperator } from '../administration/index.js';
import { ClientSecrets, missingKeys } from '../credentials/index.js';
import { changeAppAuthentication, changesAppAuthentication } from './app-authentication.policy.js';
import { mistakesOfGrantTypes, settledGrantTypes } from './app-grant-types.policy.js';
import { AppGrants } from './app-grants.js';
import { AppRecords } from './app-records.js';
import { AppTransactions } from './app-transactions.js';
import type { ThirdPartyAppDocument } from './dto/third-party-app.dto.js';
import type { UpdateThirdPartyApp } from './dto/write-third-party-app.dto.js';
import { mistakesOfRedirectUris } from './redirect-uris.policy.js';
import {
  afterTransition,
  TRANSITIONS,
  unreviewedChanges,
  type ReviewedFacts,
  type ReviewState,
  type TransitionName,
} from './review.policy.js';
import type { ThirdPartyApp } from './third-party-app.entity.js';
import { THIRD_PARTY_APPS_PROBLEMS } from './third-party-apps.errors.js';
import { ThirdPartyAppsRepository } from './third-party-apps.repository.js';
import { ThirdPartyApps } from './third-party-apps.service.js';

/** What a reviewer says with a step. */
export interface ReviewWord {
  /** For the publisher. */
  readonly note?: string | undefined;
  /** `updated_at` of what they looked at. */
  readonly seen?: string | undefined;
}

/** Changes apps that exist, and moves them through their review. */
@Injectable()
export class ThirdPartyAppChanges {
  constructor(
    private readonly transactions: AppTransactions,
    private readonly repository: ThirdPartyAppsRepository,
    private readonly secrets: ClientSecrets,
    private readonly grants: AppGrants,
    private readonly records: AppRecords,
    private readonly apps: ThirdPartyApps,
  ) {}

  update(caller: Caller, origin: AuditOrigin, id: string, body: UpdateThirdPartyApp): Promise<ThirdPartyAppDocument> {
    return this.transactions.run(caller, async (tx) => {
      const app = await this.getForUpdate(tx, id);
      if (app.registration === 'metadata_document')
        throw new Problem(THIRD_PARTY_APPS_PROBLEMS, 'app_describes_itself', 'Change the document at its client_id instead.');
      const [before, reviewed, keysBefore] = [this.records.factsOf(app), this.reviewedFacts(app), app.jwks?.keys ?? []];
      this.apply(app, body);
      if (!isOperator(caller)) requireReviewed(app.state, unreviewedChanges(reviewed, this.reviewedFacts(app)));
      const changed = changedFields(before, this.records.factsOf(app));
      const removed_keys = await missingKeys(keysBefore, app.jwks?.keys ?? []);
      if (changed || removed_keys.length > 0) {
        await this.repository.update(tx, app);
        await this.records.changed(tx, actOf(caller, origin), 'app.updated', app, { ...changed, removed_keys });
      }
      return this.document(tx, app);
    });
  }

  /** A step that has been made already changes nothing and succeeds. */
  move(
    caller: Caller,
    origin: AuditOrigin,
    id: string,
    name: TransitionName,
    { note, seen }: ReviewWord = {},
  ): Promise<ThirdPartyAppDocument> {
    return this.transactions.run(caller, async (tx) => {
      const app = await this.getForUpdate(tx, id);
      if (TRANSITIONS[name].operatorOnly) requireOperator(caller);
      const state = afterTransition(app.state, name);
      if (state === undefined)
        throw new Problem(
          THIRD_PARTY_APPS_PROBLEMS,
          'app_state',
          `The app is ${app.state}; ${name} is for ${TRANSITIONS[name].from.join(', ')}.`,
        );
      if (state !== app.state) {
        if (seen !== undefined && Date.parse(seen) !== app.updatedAt.getTime())
          throw new Problem(THIRD_PARTY_APPS_PROBLEMS, 'app_changed', 'The app was changed since. Look at it again.');
        const from = app.state;
        Object.assign(app, { state, reviewNote: note ?? null, updatedAt: new Date() });
        await this.repository.update(tx, app);
        await this.records.changed(tx, actOf(caller, origin), TRANSITIONS[name].event, app, { from, to: state, note });
      }
      return this.document(tx, app);
    });
  }

  private apply(app: ThirdPartyApp, body: UpdateThirdPartyApp): void {
    const { authentication, mistakes } = changesAppAuthentication(body)
      ? changeAppAuthentication(app, body)
      : { authentication: {}, mistakes: [] };
    const redirectUris = body.redirect_uris ?? app.redirectUris;
    const grantTypes = body.grant_types ? settledGrantTypes(body.grant_types) : app.grantTypes;
    const errors = [...mistakesOfGrantTypes(grantTypes, redirectUris), ...mistakesOfRedirectUris(body), ...mistakes];
    if (errors.length > 0) throw httpProblem('validation_failed', 'The app cannot be changed like this. Nothing was stored.', { errors });
    Object.assign(app, {
      ...authentication,
      name: body.name ?? app.name,
      publisher: body.publisher ?? app.publisher,
      redirectUris,
      postLogoutRedirectUris: body.post_logout_redirect_uris ?? app.postLogoutRedirectUris,
      grantTypes,
      grants: body.grants ? this.grants.read(body.grants) : app.grants,
      ...changedPages(app, body),
      dpopBoundAccessTokens: body.dpop_bound_access_tokens ?? app.dpopBoundAccessTokens,
      updatedAt: new Date(),
    });
  }

  private reviewedFacts({ grants, ...app }: ThirdPartyApp): ReviewedFacts {
    const { name, publisher, redirectUris, postLogoutRedirectUris, grantTypes, logoUri, policyUri, tosUri, dpopBoundAccessTokens } = app;
    const uris = { redirectUris, postLogoutRedirectUris, logoUri, policyUri, tosUri };
    return { name, publisher, ...uris, grantTypes, grants: this.grants.write(grants), dpopBoundAccessTokens };
  }

  private async getForUpdate(tx: Transaction, id: string): Promise<ThirdPartyApp> {
    const app = await this.repository.findForUpdate(tx, id);
    if (!app) throw notFound();
    return app;
  }

  private async document(tx: Transaction, app: ThirdPartyApp): Promise<ThirdPartyAppDocument> {
    return this.apps.document(app, await this.secrets.list(tx, app.id));
  }
}

/** What is looked at, or was, stays as it is: a reviewer must not approve what they never saw. */
function requireReviewed(state: ReviewState, fields: readonly string[]): void {
  if (fields.length === 0) return;
  const names = fields.join(', ');
  if (state === 'in_review')
    throw new Problem(
      THIRD_PARTY_APPS_PROBLEMS,
      'app_state',
      `The app is in_review: ${names} cannot be changed. Withdraw it, change it, and submit it again. Nothing was stored.`,
      { errors: errorsOf(fields, 'Somebody is looking at this.', 'Withdraw the app from review first.') },
    );
  if (state === 'approved')
    throw new Problem(
      THIRD_PARTY_APPS_PROBLEMS,
      'app_was_reviewed',
      `The app is approved: ${names} can be changed by an operator only. Nothing was stored.`,
      {
        errors: errorsOf(
          fields,
          'This was reviewed, and people trust what they see.',
          'Ask an operator to change it, or register another app.',
        ),
      },
    );
}

function errorsOf(fields: readonly string[], message: string, fix: string): ProblemItem[] {
  return fields.map((field) => ({ location: `/${field}`, message, fix }));
}

/** null takes an address away. */
function changedPages(app: ThirdPartyApp, body: UpdateThirdPartyApp): Pick<ThirdPartyApp, 'logoUri' | 'policyUri' | 'tosUri'> {
  return {
    logoUri: body.logo_uri === undefined ? app.logoUri : body.logo_uri,
    policyUri: body.policy_uri === undefined ? app.policyUri : body.policy_uri,
    tosUri: body.tos_uri === undefined ? app.tosUri : body.tos_uri,
  };
}
