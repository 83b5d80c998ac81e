import { keyCredentialId, type ClientGrant } from '@countersign/oauth';
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
  'microservice.disabled': 'client',
  'microservice.deleted': 'client',
  'call_policy.deleted': 'grant',
  'org.suspended': 'org',
  'org.deleted': 'org',
  'app.suspended': 'client',
  'app.publisher_suspended': 'client',
  'app.deleted': 'client',
  'app.secret.deleted': 'credential',
  'app.secret.retired': 'credential',
  // Of a key or personal access token: what it was exchanged for, and what guards elsewhere remember of it.
  'api_key.revoked': 'credential',
  'api_key.shortened': 'credential',
  'api_key.suspended': 'credential',
  // RFC 6749 §4.1.2, RFC 9700 §4.14.2: somebody else holds it too, so nobody keeps what came of it.
  'authorization_code.reused': 'root',
  'refresh_token.reused': 'root',
  'refresh_token.revoked': 'root',
};

/** The tokens that must die with a change of the directory, by the handles they carry. */
export function killsOf({ action, target, details }: AuditEvent, apiIdOf: (audience: string) => string | undefined): Kill[] {
  if (!target) return [];
  const kind = WHOLE[action];
  if (kind) return [{ kind, value: target.id }];
  return CHANGES[action]?.(target.id, details ?? {}, apiIdOf) ?? [];
}

type KillsOfChange = (id: string, details: object, apiIdOf: (audience: string) => string | undefined) => Kill[];

/** Events that kill as much as they take away. */
const CHANGES: Readonly<Record<string, KillsOfChange>> = {
  'service_principal.updated': killsOfClient,
  'microservice.updated': killsOfClient,
  'app.updated': killsOfApp,
  'trusted_issuer.updated': killsOfRules,
  'trusted_issuer.deleted': killsOfRules,
  'consent.withdrawn': killsOfConsent,
  'consent.narrowed': killsOfConsent,
  'consent.suspended': killsOfConsent,
  'call_policy.updated': (id, details) => (narrowsPolicy(details) ? [{ kind: 'grant', value: id }] : []),
};

function killsOfClient(id: string, details: PrincipalChange, apiIdOf: (audience: string) => string | undefined): Kill[] {
  const { before, after, removed_keys: removedKeys = [], removed_anchors: removedAnchors = [] } = details;
  const narrowed = narrowedAudiences(before?.grants ?? [], after?.grants ?? []).flatMap((audience) => apiIdOf(audience) ?? []);
  return [
    ...narrowed.map((apiId): Kill => ({ kind: 'grant', value: `${id}.${apiId}` })),
    ...[...removedKeys, ...removedAnchors].map((thumbprint): Kill => ({ kind: 'credential', value: keyCredentialId(id, thumbprint) })),
    // Another method, another address of keys, or another name: what proved the client before proves it no longer.
    ...(replacesCredentials(after) ? [{ kind: 'client', value: id } as const] : []),
  ];
}

/** Its tokens stand on what people allowed, not on one grant by API: where less is left than before, each has to be got anew. */
function killsOfApp(id: string, { before, after, removed_keys: removedKeys = [] }: PrincipalChange): Kill[] {
  const isNarrowed = narrowedAudiences(before?.grants ?? [], after?.grants ?? []).length > 0;
  return [
    ...removedKeys.map((thumbprint): Kill => ({ kind: 'credential', value: keyCredentialId(id, thumbprint) })),
    ...(isNarrowed || replacesCredentials(after) ? [{ kind: 'client', value: id } as const] : []),
  ];
}

/** By the handle of before: tokens that come right afterwards carry another one. */
function killsOfConsent(id: string, { ended_grant: value = id }: { ended_grant?: string }): Kill[] {
  return [{ kind: 'grant', value }];
}

function killsOfRules(_: string, details: { removed_rules?: readonly string[] }): Kill[] {
  return (details.removed_rules ?? []).map((value) => ({ kind: 'credential', value }));
}

interface PrincipalChange {
  before?: { grants?: readonly ClientGrant[] };
  after?: {
    grants?: readonly ClientGrant[];
    auth_method?: unknown;
    jwks_uri?: unknown;
    tls_client_auth_san?: unknown;
    spiffe_id?: unknown;
  };
  removed_keys?: readonly string[];
  removed_anchors?: readonly string[];
}

interface PolicyChange {
  before?: { scopes?: readonly string[]; org_mode?: unknown };
  after?: { scopes?: readonly string[]; org_mode?: unknown };
}

/** Less than before is allowed, or for the tokens of another organization than before. */
function narrowsPolicy({ before, after }: PolicyChange): boolean {
  if (after?.org_mode !== undefined) return true;
  return (before?.scopes ?? []).some((scope) => !(after?.scopes ?? []).includes(scope));
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
  return [after?.auth_method, after?.jwks_uri, after?.tls_client_auth_san, after?.spiffe_id].some((field) => field !== undefined);
}
