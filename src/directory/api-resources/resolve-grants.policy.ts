import type { ClientGrant } from '@countersign/oauth';
import type { ProblemItem } from '../../platform/http/index.js';

/** What resolving needs to know of an API. */
export interface ResolvableApi {
  readonly id: string;
  readonly identifier: string;
  readonly zone: string;
  readonly scopes: readonly string[];
}

export interface ResolvedGrant<A extends ResolvableApi> {
  readonly api: A;
  readonly scopes: readonly string[];
}

export interface Resolution<A extends ResolvableApi> {
  readonly resolved: readonly ResolvedGrant<A>[];
  readonly mistakes: readonly ProblemItem[];
}

/** As `resolveGrants`, for what acts without an app: to be told who a person is takes an app that the person has allowed it. */
export function resolveMachineGrants<A extends ResolvableApi & { readonly identity: boolean }>(
  asked: readonly ClientGrant[],
  find: (audience: string) => A | undefined,
  location: string,
): Resolution<A> {
  const { resolved, mistakes } = resolveGrants(asked, find, location);
  const ofApps = asked.flatMap(({ audience }, i) =>
    find(audience)?.identity
      ? [
          {
            location: `${location}/${i}/audience`,
            message: 'Only apps can sign people in.',
            fix: 'Leave it out, or register an app for it.',
          },
        ]
      : [],
  );
  return { resolved, mistakes: [...mistakes, ...ofApps] };
}

/** Finds the external API and the scopes that each grant names; everything unknown, and every API named twice, is a mistake. */
export function resolveGrants<A extends ResolvableApi>(
  asked: readonly ClientGrant[],
  find: (audience: string) => A | undefined,
  location: string,
): Resolution<A> {
  const resolved: ResolvedGrant<A>[] = [];
  const mistakes: ProblemItem[] = [];
  asked.forEach(({ audience, scopes }, i) => {
    const api = find(audience);
    // An internal API is as unknown to tenants as one that does not exist.
    if (api?.zone !== 'external') {
      mistakes.push({
        location: `${location}/${i}/audience`,
        message: 'There is no API with this identifier.',
        fix: 'Use the identifier of an API that GET /v1/apis lists.',
      });
      return;
    }
    if (resolved.some((grant) => grant.api.id === api.id)) {
      mistakes.push({
        location: `${location}/${i}/audience`,
        message: 'The API is named twice.',
        fix: 'Put all its scopes into one entry.',
      });
    }
    const unknown = scopes.filter((scope) => !api.scopes.includes(scope));
    if (unknown.length > 0) {
      mistakes.push({
        location: `${location}/${i}/scopes`,
        message: `The API has no scope ${unknown.join(', ')}.`,
        fix: `Use scopes of its catalogue: ${api.scopes.slice(0, 20).join(', ')}.`,
      });
    }
    resolved.push({ api, scopes });
  });
  return { resolved, mistakes };
}
