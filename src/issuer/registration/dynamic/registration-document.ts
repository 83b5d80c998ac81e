import type { AppGrants, ThirdPartyApp } from '../../../directory/third-party-apps/index.js';
import type { Said } from './registrations.repository.js';

/** What only this answer tells. */
export interface Revealed {
  readonly registrationToken: string;
  readonly secret: string | undefined;
  /** Undefined: the app has no secret. */
  readonly secretEnd: Date | undefined;
}

/** RFC 7591 §3.2.1: all that is registered, as it is stored, and nothing that was only asked for. */
export function registrationDocument(
  app: ThirdPartyApp,
  said: Said,
  { registrationToken, secret, secretEnd }: Revealed,
  { grants, issuer }: { grants: AppGrants; issuer: string },
): Record<string, unknown> {
  const scopes = [
    ...new Set(grants.write(app.grants).flatMap((grant) => grant.scopes)),
    ...(said.offline_access ? ['offline_access'] : []),
  ];
  const optional = {
    client_uri: said.client_uri,
    logo_uri: app.logoUri,
    policy_uri: app.policyUri,
    tos_uri: app.tosUri,
    jwks: app.jwks,
    jwks_uri: app.jwksUri,
  };
  return {
    client_id: app.id,
    client_id_issued_at: seconds(app.createdAt),
    ...(secret !== undefined && { client_secret: secret }),
    ...(secretEnd && { client_secret_expires_at: seconds(secretEnd) }),
    client_name: app.name,
    application_type: said.application_type,
    redirect_uris: app.redirectUris,
    token_endpoint_auth_method: said.token_endpoint_auth_method,
    grant_types: app.grantTypes,
    response_types: ['code'],
    scope: scopes.join(' '),
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
    ...(app.dpopBoundAccessTokens && { dpop_bound_access_tokens: true }),
    registration_access_token: registrationToken,
    registration_client_uri: `${issuer}/oauth/register/${app.id}`,
  };
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
