import type { JSONWebKeySet } from 'jose';
import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { MicroserviceAuthMethod } from './microservice.policy.js';

/** One of our own services, as a caller of others. Its name is what its tokens carry as `sub`. */
@Entity('microservices')
export class Microservice {
  @PrimaryColumn('text')
  id!: string;

  /** It never changes: policies, tokens and certificates name it. */
  @Column('text')
  name!: string;

  @Column('text', { name: 'spiffe_id', nullable: true })
  spiffeId!: string | null;

  @Column('text')
  status!: 'active' | 'disabled';

  @Column('text', { name: 'auth_method' })
  authMethod!: MicroserviceAuthMethod;

  @Column('jsonb', { nullable: true })
  jwks!: JSONWebKeySet | null;

  @Column('text', { name: 'jwks_uri', nullable: true })
  jwksUri!: string | null;

  @Column('text', { name: 'created_by', nullable: true })
  createdBy!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  isActive(): boolean {
    return this.status === 'active';
  }

  /** The fields of an audit event's before and after. */
  facts(): Record<string, unknown> {
    return {
      name: this.name,
      spiffe_id: this.spiffeId,
      status: this.status,
      auth_method: this.authMethod,
      jwks_kids: this.jwks?.keys.map((key) => key.kid ?? null) ?? null,
      jwks_uri: this.jwksUri,
    };
  }
}
