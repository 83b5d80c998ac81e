import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { OrgMode } from '@countersign/oauth';

/** What one microservice may do at another. Whatever no policy allows is refused. */
@Entity('call_policies')
export class CallPolicy {
  @PrimaryColumn('text')
  id!: string;

  @Column('text', { name: 'caller_id' })
  callerId!: string;

  /** The internal API that is named after the service. */
  @Column('text', { name: 'target_api_id' })
  targetApiId!: string;

  @Column('text', { array: true })
  scopes!: string[];

  @Column('text', { name: 'org_mode' })
  orgMode!: OrgMode;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  /** Names of the two services, joined by the repository. */
  caller!: string;
  target!: string;

  /** The fields of an audit event's before and after. */
  facts(): Record<string, unknown> {
    return { caller: this.caller, target: this.target, scopes: this.scopes, org_mode: this.orgMode };
  }
}
