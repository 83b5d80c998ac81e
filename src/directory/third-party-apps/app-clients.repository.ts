import { Injectable } from '@nestjs/common';
import type { JSONWebKeySet } from 'jose';
import type { AppRegistrationWay, Client } from '@countersign/oauth';
import type { Transaction } from '../../platform/database/index.js';
import { AppGrants } from './app-grants.js';
import type { AppAuthMethod, ClientType } from './app-authentication.policy.js';
import type { AppGrantType } from './app-grant-types.policy.js';
import { fingerprintOf, type AppLooks } from './fingerprint.policy.js';
import type { ReviewState } from './review.policy.js';
import type { AppGrant, AppKind, ThirdPartyApp } from './third-party-app.entity.js';

interface AppRow {
  id: string;
  name: string;
  kind: AppKind;
  registration: AppRegistrationWay;
  publisher: string;
  publisher_org_id: string | null;
  publisher_status: string | null;
  state: ReviewState;
  client_type: ClientType;
  auth_method: AppAuthMethod;
  jwks: JSONWebKeySet | null;
  jwks_uri: string | null;
  redirect_uris: string[];
  grant_types: AppGrantType[];
  post_logout_redirect_uris: string[];
  grants: AppGrant[];
  logo_uri: string | null;
  policy_uri: string | null;
  tos_uri: string | null;
  dpop_bound_access_tokens: boolean;
  secrets: { id: string; digest: string; pepper_version: string; expires_at: string | null }[];
}

// Everything an authorization or token request needs of an app, in one query.
const APPS = `
  SELECT a.id, a.name, a.kind, a.registration, a.publisher, a.publisher_org_id, o.status AS publisher_status, a.state, a.client_type, a.auth_method, a.jwks, a.jwks_uri,
         a.redirect_uris, a.post_logout_redirect_uris, a.grant_types, a.grants, a.logo_uri, a.policy_uri, a.tos_uri, a.dpop_bound_access_tokens,
         COALESCE((SELECT json_agg(json_build_object('id', c.id, 'digest', encode(c.digest, 'hex'), 'pepper_version', c.pepper_version, 'expires_at', c.expires_at))
                   FROM client_secrets c WHERE c.owner_id = a.id AND (c.expires_at IS NULL OR c.expires_at > now())), '[]') AS secrets
    FROM third_party_apps a LEFT JOIN orgs o ON o.id = a.publisher_org_id
   WHERE a.id = ANY ($1)`;

/** Reads apps as clients of the issuer. */
@Injectable()
export class AppClientsRepository {
  constructor(private readonly grants: AppGrants) {}

  async find(tx: Transaction, id: string): Promise<Client | undefined> {
    return (await this.list(tx, [id]))[0];
  }

  async list(tx: Transaction, ids: readonly string[]): Promise<Client[]> {
    const rows = await tx.manager.query<AppRow[]>(APPS, [ids]);
    return rows.map((row) => this.toClient(row));
  }

  /** One of no organization and without secrets, whether it is stored or not. */
  fromApp(app: ThirdPartyApp): Client {
    return this.toClient({
      ...app,
      publisher_org_id: null,
      publisher_status: null,
      client_type: app.clientType,
      auth_method: app.authMethod,
      jwks_uri: app.jwksUri,
      redirect_uris: app.redirectUris,
      grant_types: app.grantTypes,
      post_logout_redirect_uris: app.postLogoutRedirectUris,
      logo_uri: app.logoUri,
      policy_uri: app.policyUri,
      tos_uri: app.tosUri,
      dpop_bound_access_tokens: app.dpopBoundAccessTokens,
      secrets: [],
    });
  }

  private toClient(row: AppRow): Client {
    return {
      id: row.id,
      displayName: row.name,
      zone: 'external',
      principalType: row.kind,
      // Whose data it touches is said by who allowed it, token by token.
      orgId: undefined,
      active: row.state !== 'suspended' && (row.publisher_org_id === null || row.publisher_status === 'active'),
      authMethod: row.auth_method,
      grantTypes: row.grant_types,
      grants: this.grants.of(row),
      tokenLifetimeSeconds: undefined,
      allowedNetworks: [],
      secrets: row.secrets.map(({ id, digest, pepper_version, expires_at }) => ({
        id,
        digest: Buffer.from(digest, 'hex'),
        pepperVersion: pepper_version,
        expiresAt: expires_at === null ? undefined : new Date(expires_at),
      })),
      jwks: row.jwks ?? undefined,
      jwksUri: row.jwks_uri ?? undefined,
      dpopBoundAccessTokens: row.dpop_bound_access_tokens,
      app: {
        registration: row.registration,
        clientType: row.client_type,
        redirectUris: row.redirect_uris,
        postLogoutRedirectUris: row.post_logout_redirect_uris,
        identityScopes: this.grants.identityScopesOf(row),
        publisher: row.publisher,
        publisherOrgId: row.publisher_org_id ?? undefined,
        reviewed: row.state === 'approved',
        logoUri: row.logo_uri ?? undefined,
        policyUri: row.policy_uri ?? undefined,
        tosUri: row.tos_uri ?? undefined,
        ...(row.registration !== 'administrator' && { fingerprint: fingerprintOf(looksOf(row)) }),
      },
    };
  }
}

function looksOf({ name, auth_method: authMethod, jwks, jwks_uri: jwksUri, redirect_uris: redirectUris }: AppRow): AppLooks {
  return { name, authMethod, jwks, jwksUri, redirectUris };
}
