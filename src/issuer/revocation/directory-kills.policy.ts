import type { ClientGrant } from '@countersign/oauth';
import type { RevocationKind } from '@countersign/resource-server';
import type { AuditEvent } from '../../platform/audit/index.js';

export interface Kill {
  readonly kind: RevocationKind;
  readonly value: string;
}

/** Events whose target's own handle dies. */
const WHOLE: Readonly<Record<string, RevocationKind>> = {
  'service_principal.disabled': 'client',
  'service_principal.deleted': 'client',
  'service_principal.secret.deleted': 'credential',
  // A rotation without grace: whoever has the old secret is not to be trusted with what it got.
  'service_principal.secret.retired': 'credential',
  'org.suspended': 'org',
  'org.deleted': 'org',
};

/** The tokens that must die with a change of the directory, by the handles they carry. */
export function killsOf({ action, target, details }: AuditEvent, apiIdOf: (audience: string) => string | undefined): Kill[] {
  if (!target) return [];
  const kind = WHOLE[action];
  if (kind) return [{ kind, value: target.id }];
  if (action.startsWith('trusted_issuer.')) return removedRules(details).map((value) => ({ kind: 'credential', value }));
  if (action !== 'service_principal.updated') return [];
  const { before, after, removed_keys: removedKeys } = (details ?? {}) as PrincipalChange;
  const narrowed = narrowedAudiences(before?.grants ?? [], after?.grants ?? []).flatMap((audience) => apiIdOf(audience) ?? []);
  return [
    ...narrowed.map((apiId): Kill => ({ kind: 'grant', value: `${target.id}.${apiId}` })),
    ...(removedKeys ?? []).map((value): Kill => ({ kind: 'credential', value })),
    // Another method, or another address of keys: what proved the client before proves it no longer.
    ...(replacesCredentials(after) ? [{ kind: 'client', value: target.id } as const] : []),
  ];
}

function removedRules(details: AuditEvent['details']): readonly string[] {
  return (details?.['removed_rules'] ?? []) as readonly string[];
}

interface PrincipalChange {
  before?: { grants?: readonly ClientGrant[] };
  after?: { grants?: readonly ClientGrant[]; auth_method?: unknown; jwks_uri?: unknown };
  removed_keys?: readonly string[];
}

function narrowedAudiences(before: readonly ClientGrant[], after: readonly ClientGrant[]): string[] {
  return before
    .filter(({ audience, scopes }) => {
      const left = after.find((grant) => grant.audience === audience)?.scopes ?? [];
      return scopes.some((scope) => !left.includes(scope));
    })
    .map(({ audience }) => audience);
}

function replacesCredentials(after: PrincipalChange['after']): boolean {
  return after?.auth_method !== undefined || after?.jwks_uri !== undefined;
}
