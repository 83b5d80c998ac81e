import type { Caller } from '@countersign/guards';
import type { ClientGrant } from '@countersign/oauth';
import type { ScopeDefinition } from '../api-resources/index.js';
import { withinCeiling } from '../orgs/index.js';
import { scopesOfRole, type OrgRole } from '../users/index.js';
import type { RevocationReason } from './api-key.entity.js';

/** What the tables say of a key and of all that it stands on. */
export interface ApiKeyStanding {
  readonly id: string;
  readonly orgId: string;
  readonly userId: string | null;
  readonly name: string;
  readonly audience: string;
  readonly scopes: readonly string[];
  /** Of those scopes that its API still has. */
  readonly definitions: readonly ScopeDefinition[];
  readonly allowedNetworks: readonly string[];
  readonly digest: Buffer;
  readonly pepperVersion: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedReason: RevocationReason | null;
  readonly isReplaced: boolean;
  readonly isApiActive: boolean;
  /** The API takes only tokens that are bound to a key of the caller. */
  readonly needsBinding: boolean;
  readonly isOrgActive: boolean;
  readonly ceiling: readonly ClientGrant[] | null;
  /** Of the person, while they are an active member; null for keys of the organization too. */
  readonly role: OrgRole | null;
}

/** A key as replicas keep it in memory. */
export interface ApiKeyFacts extends ApiKeyStanding {
  /** Who calls with it, and what they may do now. */
  readonly caller: Caller;
}

export function factsOf(standing: ApiKeyStanding): ApiKeyFacts {
  return { ...standing, caller: callerOf(standing) };
}

/** What is left of the scopes: a ceiling, a role and a catalogue that were narrowed later count at once. */
export function scopesNow({ audience, scopes, definitions, ceiling, role, userId }: ApiKeyStanding): readonly string[] {
  const known = new Map(definitions.map((scope) => [scope.name, scope]));
  const inRole = userId === null ? undefined : role === null ? [] : scopesOfRole(role, { definitions: known });
  const held = scopes.filter((scope) => known.has(scope) && (inRole?.includes(scope) ?? true));
  return withinCeiling([{ audience, scopes: held }], ceiling)[0]?.scopes ?? [];
}

function callerOf(standing: ApiKeyStanding): Caller {
  const { id, orgId, userId } = standing;
  return Object.freeze({
    principalType: 'api_key' as const,
    subject: userId ?? id,
    clientId: id,
    orgId,
    scopes: new Set(scopesNow(standing)),
    credentialId: id,
  });
}
