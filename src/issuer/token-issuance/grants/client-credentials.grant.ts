import { Injectable } from '@nestjs/common';
import { OAuthError, type Client, type Grant, type GrantRequest, type Issuance, type OrgMode, type TargetApi } from '@countersign/oauth';
import { ApiCatalogue } from '../../../directory/api-resources/index.js';
import { ActiveOrgs } from '../../../directory/orgs/index.js';
import { grantFor, scopesOf, soleGrant } from '../../endpoint/index.js';

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
    const { audience, scopes } = requested;
    // What takes its organization from a token that is exchanged is not had this way.
    const direct = client.grants.filter(({ orgMode }) => orgMode !== 'parent');
    const grant = audience === undefined ? soleGrant(direct, scopes) : grantFor(client.grants, audience);
    const api = this.apis.find(grant.audience);
    if (!api) throw new OAuthError('invalid_target', 'The API is not available.');
    return {
      subject: client.subject ?? client.id,
      api,
      scopes: scopesOf(grant, api, scopes),
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
