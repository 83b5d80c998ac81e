import type { JSONWebKeySet } from 'jose';
import type { AppRegistrationWay } from '@countersign/oauth';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { AppAuthMethod, ClientType } from './app-authentication.policy.js';
import type { AppGrantType } from './app-grant-types.policy.js';
import type { ReviewState } from './review.policy.js';

export const APP_KINDS = ['app', 'agent'] as const;
export type AppKind = (typeof APP_KINDS)[number];

/** What an app may be allowed by a person, at one API; it gives nothing by itself. */
export interface AppGrant {
  readonly apiId: string;
  readonly scopes: readonly string[];
}

/** A program of somebody else that acts for people, as far as each of them allows it. */
@Entity('third_party_apps')
export class ThirdPartyApp {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'publisher_org_id', nullable: true })
  publisherOrgId!: string | null;

  @Column('text')
  name!: string;

  @Column('text')
  kind!: AppKind;

  /** How it became known here. */
  @Column('text')
  registration!: AppRegistrationWay;

  /** Who stands behind it, in words for people. */
  @Column('text')
  publisher!: string;

  @Column('text')
  state!: ReviewState;

  /** What the reviewer said last. */
  @Column('text', { name: 'review_note', nullable: true })
  reviewNote!: string | null;

  @Column('text', { name: 'client_type' })
  clientType!: ClientType;

  @Column('text', { name: 'auth_method' })
  authMethod!: AppAuthMethod;

  @Column('jsonb', { nullable: true })
  jwks!: JSONWebKeySet | null;

  @Column('text', { name: 'jwks_uri', nullable: true })
  jwksUri!: string | null;

  @Column('text', { name: 'redirect_uris', array: true })
  redirectUris!: string[];

  @Column('text', { name: 'grant_types', array: true })
  grantTypes!: AppGrantType[];
  /** Where people may be led to when they have signed out here. */
  @Column('text', { name: 'post_logout_redirect_uris', array: true })
  postLogoutRedirectUris!: string[];

  @Column('text', { name: 'logo_uri', nullable: true })
  logoUri!: string | null;

  @Column('text', { name: 'policy_uri', nullable: true })
  policyUri!: string | null;

  @Column('text', { name: 'tos_uri', nullable: true })
  tosUri!: string | null;

  /** RFC 9449 §5.2: it gets no token without a DPoP proof. */
  @Column('boolean', { name: 'dpop_bound_access_tokens' })
  dpopBoundAccessTokens!: boolean;

  @Column('text', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  /** Of one that describes itself: since when nobody was seen to use it. */
  @Column('timestamptz', { name: 'unused_since', nullable: true })
  unusedSince!: Date | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  /** Scopes that an API has lost since do not count; see `AppGrants`. */
  @Column('jsonb')
  grants!: AppGrant[];

  usesSecrets(): boolean {
    return this.authMethod === 'client_secret';
  }

  /** The fields of an audit event's before and after. */
  facts(): Record<string, unknown> {
    return {
      name: this.name,
      publisher: this.publisher,
      client_type: this.clientType,
      auth_method: this.authMethod,
      jwks_kids: this.jwks?.keys.map((key) => key.kid ?? null) ?? null,
      jwks_uri: this.jwksUri,
      redirect_uris: this.redirectUris,
      grant_types: this.grantTypes,
      post_logout_redirect_uris: this.postLogoutRedirectUris,
      grants: this.grants,
      logo_uri: this.logoUri,
      policy_uri: this.policyUri,
      tos_uri: this.tosUri,
      dpop_bound_access_tokens: this.dpopBoundAccessTokens,
    };
  }
}
