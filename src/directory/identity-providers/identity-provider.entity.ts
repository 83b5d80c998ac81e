import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OrgRole } from '../users/index.js';

export const PROVIDER_AUTH_METHODS = ['client_secret_basic', 'client_secret_post', 'none'] as const;
export type ProviderAuthMethod = (typeof PROVIDER_AUTH_METHODS)[number];

/** People whose verified address is in the domain become members of the organization when they first sign in. */
export interface JoinRule {
  readonly emailDomain: string;
  readonly orgId: string;
  readonly role: OrgRole;
}

/** An OpenID provider that signs people in for us: for one organization, or, without one, for all. */
@Entity('identity_providers')
export class IdentityProvider {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'org_id', nullable: true })
  orgId!: string | null;

  /** For the button on the sign-in page. */
  @Column('text')
  name!: string;

  @Column('text')
  status!: 'active' | 'disabled';

  @Column('text')
  issuer!: string;

  @Column('text', { name: 'client_id' })
  clientId!: string;

  @Column('text', { name: 'auth_method' })
  authMethod!: ProviderAuthMethod;

  @Column('text', { name: 'sealed_client_secret', nullable: true })
  sealedClientSecret!: string | null;

  @Column('jsonb')
  rules!: JoinRule[];

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  /** What a sealed secret is bound to: that of one provider cannot be put in the place of another's. */
  secretPurpose(): string {
    return `identity-provider ${this.id}`;
  }

  /** The fields of an audit event's before and after. The secret is told by whether there is one. */
  facts(): Record<string, unknown> {
    return {
      name: this.name,
      status: this.status,
      issuer: this.issuer,
      client_id: this.clientId,
      auth_method: this.authMethod,
      has_client_secret: this.sealedClientSecret !== null,
      rules: this.rules,
    };
  }
}
