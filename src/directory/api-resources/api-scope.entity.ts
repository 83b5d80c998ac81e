import { Column, Entity, PrimaryColumn } from 'typeorm';

export const RISKS = ['low', 'medium', 'high'] as const;
export type Risk = (typeof RISKS)[number];
export const ASSIGNERS = ['operator', 'org_admin'] as const;
export type Assigner = (typeof ASSIGNERS)[number];

/** One right at one API. */
export interface ScopeDefinition {
  readonly name: string;
  readonly description: string;
  readonly risk: Risk;
  /** Who may put it into a grant. */
  readonly assignableBy: Assigner;
  /** Whether a person may pass it on to an app. */
  readonly delegable: boolean;
}

@Entity('api_scopes')
export class ApiScope implements ScopeDefinition {
  @PrimaryColumn('text', { name: 'api_id' })
  apiId!: string;

  @PrimaryColumn('text')
  name!: string;

  @Column('text')
  description!: string;

  @Column('text')
  risk!: Risk;

  @Column('text', { name: 'assignable_by' })
  assignableBy!: Assigner;

  @Column('boolean')
  delegable!: boolean;

  /** Place in the catalogue, as its author ordered it. */
  @Column('int')
  position!: number;

  static of(apiId: string, definition: ScopeDefinition, position: number): ApiScope {
    const { name, description, risk, assignableBy, delegable } = definition;
    return Object.assign(new ApiScope(), { apiId, name, description, risk, assignableBy, delegable, position });
  }
}
