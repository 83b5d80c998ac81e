import { OAuthError, type FormParameters } from '@countersign/oauth';

/** The one identifier that `audience` (Auth0 style) and `resource` (RFC 8707) name, as the API is registered. */
export function requestedTarget(params: FormParameters, canonical: (name: string) => string | undefined): string | undefined {
  const resources = params.list('resource');
  if (!resources.every(isResourceIndicator)) throw new OAuthError('invalid_target', 'resource must be an absolute URI without a fragment.');
  const names = [...params.list('audience'), ...resources];
  const targets = new Set(names.map((name) => known(name, canonical)));
  if (targets.size > 1) throw new OAuthError('invalid_target', 'audience and resource name different APIs; ask for one token per API.');
  return targets.values().next().value;
}

function known(name: string, canonical: (name: string) => string | undefined): string {
  const identifier = canonical(name);
  if (identifier === undefined) throw new OAuthError('invalid_target', 'There is no API of that audience.');
  return identifier;
}

// RFC 8707 §2: an absolute URI that must not include a fragment.
function isResourceIndicator(value: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:/.test(value) && !value.includes('#');
}
