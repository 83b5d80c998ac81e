import type { Client } from '@countersign/oauth';
import type { CatalogueApi, ScopeDefinition } from '../../directory/api-resources/index.js';
import type { Consent, ConsentUse } from '../consents/index.js';
import type { RefreshFamily } from '../refresh-tokens/index.js';

/** One thing that was allowed, in the words of the catalogue. */
export interface OwnScope {
  readonly name: string;
  /** The name itself where the API does not know it any more. */
  readonly description: string;
  readonly risk: 'low' | 'medium' | 'high';
  /** A call needed it. */
  readonly used: boolean;
}

/** Where an app stays signed in for its person. */
export interface OwnAppSession {
  readonly createdAt: Date;
  readonly refreshedAt: Date;
  /** Where the last refresh came from. */
  readonly ip: string | undefined;
  /** When it ends if it is not refreshed. */
  readonly endsAt: Date;
}

/** What a person allowed an app at one API for one organization, and what the app did with it. A page only has to draw it. */
export interface OwnApp {
  readonly consentId: string;
  readonly app: {
    readonly id: string;
    readonly name: string;
    readonly publisher: string;
    readonly reviewed: boolean;
    /** False: an operator has suspended it. */
    readonly active: boolean;
    readonly policyUri: string | undefined;
    readonly tosUri: string | undefined;
  };
  readonly org: { readonly id: string; readonly name: string };
  readonly api: { readonly identifier: string; readonly name: string };
  readonly scopes: readonly OwnScope[];
  readonly allowedAt: Date;
  readonly lastUsedAt: Date | undefined;
  readonly calls: number;
  /** The last refreshed one first. */
  readonly sessions: readonly OwnAppSession[];
}

export interface OwnAppFacts {
  readonly consent: Consent;
  readonly client: Client | undefined;
  readonly orgName: string;
  readonly api: CatalogueApi | undefined;
  readonly describe: (scope: string) => ScopeDefinition | undefined;
  readonly use: ConsentUse | undefined;
  readonly families: readonly RefreshFamily[];
}

export function ownAppOf({ consent, client, orgName, api, describe, use, families }: OwnAppFacts): OwnApp {
  return {
    consentId: consent.id,
    app: appOf(consent.appId, client),
    org: { id: consent.orgId, name: orgName },
    api: { identifier: api?.identifier ?? consent.apiId, name: api?.name ?? consent.apiId },
    scopes: consent.scopes.map((name) => scopeOf(name, describe(name), use)),
    allowedAt: consent.createdAt,
    lastUsedAt: use?.lastUsedAt,
    calls: use?.calls ?? 0,
    sessions: families.filter(({ consentId }) => consentId === consent.id).map(sessionOf),
  };
}

function appOf(id: string, client: Client | undefined): OwnApp['app'] {
  // Deleted this moment.
  if (!client?.app) return { id, name: id, publisher: '', reviewed: false, active: false, policyUri: undefined, tosUri: undefined };
  const { publisher, reviewed, policyUri, tosUri } = client.app;
  return { id, name: client.displayName, publisher, reviewed, active: client.active, policyUri, tosUri };
}

function scopeOf(name: string, definition: ScopeDefinition | undefined, use: ConsentUse | undefined): OwnScope {
  return {
    name,
    description: definition?.description ?? name,
    risk: definition?.risk ?? 'high',
    used: use?.scopes.includes(name) ?? false,
  };
}

function sessionOf({ createdAt, refreshedAt, ip, idleUntil, endsAt }: RefreshFamily): OwnAppSession {
  return { createdAt, refreshedAt, ip, endsAt: idleUntil < endsAt ? idleUntil : endsAt };
}
