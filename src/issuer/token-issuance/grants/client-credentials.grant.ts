import { Injectable } from '@nestjs/common';
import {
  OAuthError,
  scopesOutside,
  type Client,
  type ClientGrant,
  type Grant,
  type GrantRequest,
  type Issuance,
  type OrgMode,
  type TargetApi,
} from '@countersign/oauth';
import { ApiCatalogue } from '../../../directory/api-resources/index.js';
import { ActiveOrgs } from '../../../directory/orgs/index.js';

const MAX_NAMED = 10;

/** RFC 6749 §4.4: the client acts for itself, on what an administrator granted it. */
@Injectable()
export class ClientCredentialsGrant implements Grant {
  readonly name = 'client_credentials';
  /** Only where a call policy lets a microservice name the organization. */
  readonly parameters = ['org_id'];

  constructor(
    private readonly apis: ApiCatalogue,
    private readonly orgs: ActiveOrgs,
  ) {}

  async decide({ caller: { client }, requested, params }: GrantRequest): Promise<Issuance> {
    const grant = requested.audience === undefined ? soleGrant(client, requested.scopes) : grantFor(client, requested.audience);
    const api = this.apis.find(grant.audience);
    if (!api) throw new OAuthError('invalid_target', 'The API is not available.');
    return {
      subject: client.subject ?? client.id,
      api,
      scopes: scopesOf(grant, api, requested.scopes),
      orgId: grant.orgMode === undefined ? client.orgId : await this.orgOfCall(grant.orgMode, params['org_id']),
      lifetimeSeconds: undefined,
      grantId: grant.id ?? grantIdOf(client, api),
    };
  }

  private async orgOfCall(mode: OrgMode, named: string | undefined): Promise<string | undefined> {
    if (mode === 'parent')
      throw new OAuthError(
        'unauthorized_client',
        'The call policy takes the organization from a token that is exchanged, and from nowhere else.',
      );
    if (named === undefined) return undefined;
    if (mode === 'none') throw new OAuthError('invalid_request', 'The call policy allows no organization: leave org_id out.');
    if (!(await this.orgs.has(named))) throw new OAuthError('invalid_request', 'There is no active organization of this org_id.');
    return named;
  }
}

/** The handle that revokes the tokens of one client at one API, where no policy has a name of its own. */
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
  const candidates = client.grants.filter(
    ({ scopes, orgMode }) => orgMode !== 'parent' && (asked === undefined || scopesOutside(asked, scopes).length === 0),
  );
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
