import { Injectable } from '@nestjs/common';
import {
  ACCESS_TOKEN_TYPE,
  OAuthError,
  TOKEN_EXCHANGE_GRANT_TYPE,
  type Grant,
  type GrantRequest,
  type Issuance,
  type OrgMode,
} from '@countersign/oauth';
import { ApiCatalogue } from '../../../directory/api-resources/index.js';
import { ActiveOrgs } from '../../../directory/orgs/index.js';
import { SubjectTokens, type VerifiedSubject } from '../../subject-tokens/index.js';
import { grantFor, scopesOf, soleGrant } from '../../endpoint/index.js';
import { actorsOf, narrowed, nextActor, orgOfExchange, readExchange } from '../token-exchange.policy.js';

/** RFC 8693: a microservice passes on, to the next one, for whom it was called; outside, an API key becomes a short token. */
@Injectable()
export class TokenExchangeGrant implements Grant {
  readonly name = TOKEN_EXCHANGE_GRANT_TYPE;
  readonly parameters = ['subject_token', 'subject_token_type', 'actor_token', 'actor_token_type', 'requested_token_type', 'org_id'];
  // RFC 8693 §2.1: several may be sent; naming several APIs is refused where the target is read.
  readonly repeatable = ['audience'];

  constructor(
    private readonly subjects: SubjectTokens,
    private readonly apis: ApiCatalogue,
    private readonly orgs: ActiveOrgs,
  ) {}

  async decide({ caller, requested: { audience, scopes }, params, proof, note }: GrantRequest): Promise<Issuance> {
    const { subjectToken, subjectTokenType, orgId: named } = readExchange(params);
    note({ requested_audience: audience, named_org_id: named });
    const subject = await this.subjects.verify(subjectTokenType, subjectToken, { ...caller, sender: proof, note });
    const { client } = caller;
    const policy = audience === undefined ? soleGrant(client.grants, scopes) : grantFor(client.grants, audience);
    const api = this.apis.find(policy.audience);
    if (!api) throw new OAuthError('invalid_target', 'The API is not available.');
    const actor = subject.isOwn ? undefined : nextActor(client, subject.actor);
    if (actor) note({ actors: actorsOf(actor) });
    return {
      ...lineOf(subject),
      api,
      scopes: narrowed(
        { given: scopesOf(policy, api, scopes), asked: scopes },
        subject.ancestors ?? [],
        (aud) => this.apis.find(aud)?.scopes ?? [],
      ),
      orgId: await this.orgOf(policy.orgMode, subject, named),
      lifetimeSeconds: undefined,
      grantId: policy.id,
      ...(actor && { actor }),
      issuedTokenType: ACCESS_TOKEN_TYPE,
    };
  }

  private async orgOf(mode: OrgMode = 'none', subject: VerifiedSubject, named: string | undefined): Promise<string | undefined> {
    const orgId = orgOfExchange(mode, subject.orgId, named);
    if (orgId !== undefined && !(await this.orgs.has(orgId)))
      throw new OAuthError('invalid_request', 'There is no active organization of this id.', { detail: 'org_not_active' });
    return orgId;
  }
}

/** TX-7: what is issued ends with the subject token, and dies with whatever that one comes from. */
function lineOf({ subject, root, ancestors, expiresAt }: VerifiedSubject): Pick<Issuance, 'subject' | 'root' | 'ancestors' | 'notAfter'> {
  return { subject, ...(root !== undefined && { root }), ...(ancestors && { ancestors }), notAfter: expiresAt };
}
