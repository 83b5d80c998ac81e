import type { ProblemItem } from '../../platform/http/index.js';

interface AskedGrant {
  readonly scopes: readonly string[];
  readonly api: { readonly definitions: ReadonlyMap<string, { readonly delegable: boolean }> };
}

/** The scopes that no person may pass on, so no app may ask for them. */
export function undelegableScopes(grants: readonly AskedGrant[]): ProblemItem[] {
  return grants.flatMap(({ api, scopes }, i) => {
    const refused = scopes.filter((scope) => api.definitions.get(scope)?.delegable !== true);
    if (refused.length === 0) return [];
    return [
      {
        location: `/grants/${i}/scopes`,
        message: `${refused.join(' ')} cannot be passed on to an app.`,
        fix: 'Leave these out. A service principal of the organization can hold them.',
      },
    ];
  });
}
