import { Injectable } from '@nestjs/common';
import {
  OAuthError,
  scopesOutside,
  type Client,
  type ClientGrant,
  type Grant,
  type GrantRequest,
  type Issuance,
  type TargetApi,
} from '@countersign/oauth';
import { ApiCatalogue } from '../../../directory/api-resources/index.js';

const MAX_NAMED = 10;

/** RFC 6749 §4.4: the client acts for itself, on what an administrator granted it. */
@Injectable()
export class ClientCredentialsGrant implements Grant {
  readonly name = 'client_credentials';
  readonly parameters = [];

  constructor(private readonly apis: ApiCatalogue) {}

  decide({ caller: { client }, requested }: GrantRequest): Promise<Issuance> {
    const grant = requested.audience === undefined ? soleGrant(client, requested.scopes) : grantFor(client, requested.audience);
    const api = this.apis.find(grant.audience);
    if (!api) throw new OAuthError('invalid_target', 'The API is not available.');
    return Promise.resolve({
      subject: client.id,
      api,
      scopes: scopesOf(grant, api, requested.scopes),
      orgId: client.orgId,
      lifetimeSeconds: undefined,
      grantId: grantIdOf(client, api),
    });
  }
}

/** The handle that revokes the tokens of one client at one API. */
export function grantIdOf(client: Pick<Client, 'id'>, api: Pick<TargetApi, 'id'>): string {
  return `${client.id}.${api.id}`;
}

function grantFor(client: Client, audience: string): ClientGrant {
  const grant = client.grants.find((candidate) => candidate.audience === audience);
  if (!grant) throw new OAuthError('invalid_target', 'The client has no grant for this audience.');
  return grant;
}

/** Without an audience: the only grant that holds everything asked for. */
function soleGrant(client: Client, asked: readonly string[] | undefined): ClientGrant {
  const candidates = client.grants.filter((grant) => asked === undefined || scopesOutside(asked, grant.scopes).length === 0);
  const [only, another] = candidates;
  if (only && !another) return only;
  const why = only
    ? 'The client has grants for several APIs; name one with audience or resource.'
    : 'No grant of the client holds all requested scopes; name the API with audience or resource.';
  throw new OAuthError('invalid_target', why);
}

function scopesOf(grant: ClientGrant, api: TargetApi, asked: readonly string[] | undefined): readonly string[] {
  const granted = grant.scopes.filter((scope) => api.scopes.includes(scope));
  if (asked === undefined) return granted;
  const outside = scopesOutside(asked, granted);
  // Scope tokens consist of characters that error_description allows, so naming them is safe.
  if (outside.length > 0)
    throw new OAuthError(
      'invalid_scope',
      `Not granted to this client for the audience: ${outside.slice(0, MAX_NAMED).join(' ').slice(0, 300)}`,
    );
  return asked;
}
