import { Injectable } from '@nestjs/common';
import { OAuthError, type Client, type ClientGrant } from '@countersign/oauth';
import { TenantTransactions } from '../../platform/database/index.js';
import type { CatalogueApi } from '../../directory/api-resources/index.js';
import { withinCeiling } from '../../directory/orgs/index.js';
import { Memberships, scopesOfRole } from '../../directory/users/index.js';
import { admissionOf, commonScopes, withIdentity, type Admission } from './consent.policy.js';
import { grantHandleOf, type Consent } from './consent.js';
import { DelegationRepository } from './delegation.repository.js';

/** An organization in which a person could allow an app something. */
export interface DelegationPlace {
  readonly orgId: string;
  readonly orgName: string;
  readonly admission: Admission;
  /** What could be had here of what was asked for: within the app's grants, the person's role and the organization's ceiling. */
  readonly scopes: readonly string[];
  /** What was allowed before. */
  readonly consent: Consent | undefined;
}

export interface DelegationQuestion {
  readonly userId: string;
  readonly client: Client;
  readonly api: CatalogueApi;
  readonly asked: readonly string[];
}

/** What a token may hold now, and as what it can be taken back. */
export interface DelegatedRights {
  readonly scopes: readonly string[];
  /** Read together with the scopes: a token that holds more than is left carries a handle of before. */
  readonly grantHandle: string;
}

const MAX_PLACES = 50;

/** What people can pass on to apps, and where. Asked again at every token, because roles, ceilings and policies change. */
@Injectable()
export class Delegation {
  constructor(
    private readonly memberships: Memberships,
    private readonly tenants: TenantTransactions,
    private readonly repository: DelegationRepository,
  ) {}

  /** In the order of the memberships; all of them, also those where nothing can be had. */
  async places(question: DelegationQuestion): Promise<DelegationPlace[]> {
    const memberships = (await this.memberships.of(question.userId)).slice(0, MAX_PLACES);
    const places: DelegationPlace[] = [];
    for (const { orgId } of memberships) {
      const place = await this.place(orgId, question);
      if (place) places.push(place);
    }
    return places;
  }

  /** Undefined where the person is no active member. */
  async place(orgId: string, { userId, client, api, asked }: DelegationQuestion): Promise<DelegationPlace | undefined> {
    const key = { orgId, userId, appId: client.id, apiId: api.id };
    const standing = await this.tenants.ask(orgId, (tx) => this.repository.findStanding(tx, key));
    if (!standing) return undefined;
    const { orgName, ceiling, role, mode, isListed, consent } = standing;
    const own = commonScopes(asked, grantedAt(api, client, ceiling), scopesOfRole(role, api));
    return {
      orgId,
      orgName,
      admission: admissionOf({ mode, isListed, ...standingOf(client), isOwn: client.app?.publisherOrgId === orgId }),
      scopes: withIdentity(own, asked, client.app?.identityScopes ?? []),
      consent,
    };
  }

  /**
   * What a token may hold now on the ground of a consent.
   * @throws OAuthError `invalid_grant` where the consent is gone, or nothing of it can be had any more
   */
  async rights({ consentId, orgId, ...question }: DelegationQuestion & { consentId: string; orgId: string }): Promise<DelegatedRights> {
    const place = await this.place(orgId, question);
    if (!place) throw ended('no_member');
    if (place.admission !== 'admitted') throw ended('app_not_admitted');
    if (place.consent?.id !== consentId) throw ended('consent_withdrawn');
    const scopes = commonScopes(place.scopes, place.consent.scopes);
    if (!scopes.some((scope) => question.api.scopes.includes(scope))) throw ended('nothing_left');
    return { scopes, grantHandle: grantHandleOf(place.consent) };
  }
}

function standingOf({ app }: Client): { isReviewed: boolean; isSelfRegistered: boolean } {
  return { isReviewed: app?.reviewed ?? false, isSelfRegistered: app !== undefined && app.registration !== 'administrator' };
}

/** A ceiling limits what is done with the data of an organization; who somebody is, is theirs to tell. */
function grantedAt({ identifier, identity }: CatalogueApi, { grants }: Client, ceiling: readonly ClientGrant[] | null): readonly string[] {
  return (identity ? grants : withinCeiling(grants, ceiling)).find(({ audience }) => audience === identifier)?.scopes ?? [];
}

/** Why is for the log: the app learns only that it has to ask the person again. */
function ended(detail: string): OAuthError {
  return new OAuthError('invalid_grant', 'What the person allowed has ended. Send them to the authorization endpoint again.', { detail });
}
