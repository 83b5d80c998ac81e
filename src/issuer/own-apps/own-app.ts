import type { Client } from '@countersign/oauth';
import type { CatalogueApi, ScopeDefinition } from '../../directory/api-resources/index.js';
import { appIdentityOf, shownName, type AppIdentity } from '../../directory/third-party-apps/index.js';
import type { OperationUse } from '../../directory/usage/index.js';
import { NEVER_USED, type Consent, type ConsentUse } from '../consents/index.js';
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
    readonly kind: 'app' | 'agent';
    readonly identity: AppIdentity;
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
  /** Calls that it was not enough for. */
  readonly denials: number;
  readonly lastDeniedAt: Date | undefined;
  /** The most called first. */
  readonly operations: readonly OperationUse[];
  /** What is left when all goes that no call needed; undefined where that would be nothing, or everything. */
  readonly narrowedToUse: readonly string[] | undefined;
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

export function ownAppOf({ consent, client, orgName, api, describe, use = NEVER_USED, families }: OwnAppFacts): OwnApp {
  const scopes = consent.scopes.map((name) => scopeOf(name, describe(name), use));
  return {
    consentId: consent.id,
    app: appOf(consent.appId, client),
    org: { id: consent.orgId, name: orgName },
    api: { identifier: api?.identifier ?? consent.apiId, name: api?.name ?? consent.apiId },
    scopes,
    allowedAt: consent.createdAt,
    lastUsedAt: use.lastUsedAt,
    calls: use.calls,
    denials: use.denials,
    lastDeniedAt: use.lastDeniedAt,
    operations: use.operations,
    narrowedToUse: narrowedToUse(scopes, api),
    sessions: families.filter(({ consentId }) => consentId === consent.id).map(sessionOf),
  };
}

function appOf(id: string, client: Client | undefined): OwnApp['app'] {
  if (!client?.app) return { ...DELETED, id, name: id };
  const { publisher, reviewed, policyUri, tosUri } = client.app;
  return {
    id,
    name: shownName(client.displayName),
    kind: client.principalType === 'agent' ? 'agent' : 'app',
    identity: appIdentityOf(id, client.app),
    publisher: shownName(publisher),
    reviewed,
    active: client.active,
    policyUri,
    tosUri,
  };
}

/** This moment. */
const DELETED = {
  kind: 'app',
  identity: { kind: 'self_registered' },
  publisher: '',
  reviewed: false,
  active: false,
  policyUri: undefined,
  tosUri: undefined,
} as const;

/** What is about the person is needed by no call at the API, so that it is not used says nothing. */
function narrowedToUse(scopes: readonly OwnScope[], api: CatalogueApi | undefined): readonly string[] | undefined {
  if (!api || api.identity || !scopes.some(({ used }) => used)) return undefined;
  const kept = scopes.filter(({ name, used }) => used || !api.scopes.includes(name));
  return kept.length < scopes.length ? kept.map(({ name }) => name) : undefined;
}

function scopeOf(name: string, definition: ScopeDefinition | undefined, use: ConsentUse): OwnScope {
  return {
    name,
    description: definition?.description ?? name,
    risk: definition?.risk ?? 'high',
    used: use.scopes.includes(name),
  };
}

function sessionOf({ createdAt, refreshedAt, ip, idleUntil, endsAt }: RefreshFamily): OwnAppSession {
  return { createdAt, refreshedAt, ip, endsAt: idleUntil < endsAt ? idleUntil : endsAt };
}
