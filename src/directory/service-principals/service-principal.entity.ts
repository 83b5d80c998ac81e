import type { JSONWebKeySet } from 'jose';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { CertificateName, ClientAuthMethodName, ClientGrant } from '@countersign/oauth';
import { anchorIds } from './certificate-authentication.policy.js';

/** Grants of service principals by API. */
@Entity('service_principal_grants')
export class ServicePrincipalGrant {
  @PrimaryColumn('text', { name: 'service_principal_id' })
  servicePrincipalId!: string;

  @Column('text', { name: 'org_id', nullable: true })
  orgId!: string | null;

  @PrimaryColumn('text', { name: 'api_id' })
  apiId!: string;

  @Column('text', { array: true })
  scopes!: string[];
}

/** A program of a tenant that gets tokens for itself. Operators are those that belong to no organization. */
@Entity('service_principals')
export class ServicePrincipal {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'org_id', nullable: true })
  orgId!: string | null;

  @Column('text')
  name!: string;

  @Column('text')
  status!: 'active' | 'disabled';

  @Column('text', { name: 'auth_method' })
  authMethod!: ClientAuthMethodName;

  @Column('jsonb', { nullable: true })
  jwks!: JSONWebKeySet | null;

  @Column('text', { name: 'jwks_uri', nullable: true })
  jwksUri!: string | null;

  /** PEM: the authorities of the organization that vouch for its certificate. */
  @Column('text', { name: 'tls_client_auth_ca', nullable: true })
  tlsClientAuthCa!: string | null;

  @Column('jsonb', { name: 'tls_client_auth_san', nullable: true })
  tlsClientAuthSan!: CertificateName | null;

  @Column('int', { name: 'token_lifetime_seconds', nullable: true })
  tokenLifetimeSeconds!: number | null;

  @Column('text', { name: 'allowed_ips', array: true })
  allowedIps!: string[];

  @Column('text', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  /** Rows of their own, loaded and saved by the repository. */
  grants!: ClientGrant[];

  usesSecrets(): boolean {
    return this.authMethod === 'client_secret';
  }

  /** The fields of an audit event's before and after. */
  facts(): Record<string, unknown> {
    return {
      name: this.name,
      status: this.status,
      auth_method: this.authMethod,
      jwks_kids: this.jwks?.keys.map((key) => key.kid ?? null) ?? null,
      jwks_uri: this.jwksUri,
      tls_client_auth_ca: anchorIds(this.tlsClientAuthCa),
      tls_client_auth_san: this.tlsClientAuthSan,
      token_lifetime_seconds: this.tokenLifetimeSeconds,
      allowed_ips: this.allowedIps,
      grants: this.grants,
    };
  }
}
