import { OAuthError, type Client, type UserAuthentication } from '@countersign/oauth';
import type { ApiCatalogue, CatalogueApi } from '../../directory/api-resources/index.js';
import type { DelegatedRights, Delegation } from '../consents/index.js';
import type { NewRefreshFamily } from '../refresh-tokens/index.js';

/** What a code or a refresh token stands on. */
interface Ground {
  readonly orgId: string;
  readonly consentId: string;
  readonly userId: string;
  readonly apiId: string;
  readonly scopes: readonly string[];
}

interface Knowledge {
  readonly apis: ApiCatalogue;
  readonly delegation: Delegation;
}

/**
 * The API and what a token may hold there now; asked before anything is used up, so that a refusal costs nothing.
 * @param audience as the request names it, if it does
 * @throws OAuthError `invalid_target`, `invalid_grant`
 */
export async function rightsOn(
  { apiId, scopes: asked, ...ground }: Ground,
  client: Client,
  audience: string | undefined,
  { apis, delegation }: Knowledge,
): Promise<DelegatedRights & { readonly api: CatalogueApi }> {
  const api = apis.byId(apiId);
  // RFC 8707 §2.2: a subset of what was granted, which is one API.
  if (!api || (audience !== undefined && audience !== api.identifier))
    throw new OAuthError('invalid_target', 'The grant is for another API than the one that audience or resource names.');
  return { api, ...(await delegation.rights({ ...ground, client, api, asked })) };
}

/** What a code begins a family with. */
interface FirstGround extends Ground {
  readonly clientId: string;
  readonly familyId: string;
  readonly authentication: UserAuthentication;
  /** Where the person was signed in. */
  readonly sessionId?: string | undefined;
}

/** The family of refresh tokens that comes of a code; what it is bound to is for the request to say. */
export function familyOf({
  familyId,
  orgId,
  consentId,
  clientId,
  userId,
  apiId,
  scopes,
  authentication,
  sessionId,
}: FirstGround): Omit<NewRefreshFamily, 'cnf' | 'ip'> {
  return { id: familyId, orgId, consentId, clientId, userId, apiId, scopes, authentication, sessionId };
}
