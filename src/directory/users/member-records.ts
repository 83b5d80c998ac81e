import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { sqlState, UNIQUE_VIOLATION, type Transaction } from '../../platform/database/index.js';
import { Problem } from '../../platform/http/index.js';
import { Idempotency, type Submission } from '../../platform/idempotency/index.js';
import { actOf, ChangeRecorder, type Act } from '../administration/index.js';
import type { Member } from './member.entity.js';
import { USERS_PROBLEMS } from './users.errors.js';

export interface MemberChange {
  readonly action: string;
  readonly member: Member;
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * The audit events of memberships. Target is the membership; `details.user_id` names the person, and is null while nobody has joined.
 * Nothing of a membership is kept in memory, so there is nobody to tell beside the log.
 */
@Injectable()
export class MemberRecords {
  constructor(
    private readonly recorder: ChangeRecorder,
    private readonly idempotency: Idempotency,
  ) {}

  once<T extends object>(tx: Transaction, submission: Submission, work: () => Promise<T>): Promise<T> {
    return this.idempotency.once(tx, submission.idempotency, work, 'join_url');
  }

  changed(tx: Transaction, caller: Caller, origin: AuditOrigin, change: MemberChange): Promise<void> {
    return this.changedBy(tx, actOf(caller, origin), change);
  }

  changedBy(tx: Transaction, act: Act, change: MemberChange): Promise<void> {
    return this.allChangedBy(tx, act, [change]);
  }

  async allChangedBy(tx: Transaction, act: Act, changes: readonly MemberChange[]): Promise<void> {
    await this.recorder.recordAll(
      tx,
      act,
      changes.map(({ action, member: { id, orgId, email, userId, role }, details }) => ({
        action,
        orgId,
        target: { type: 'member', id, name: email },
        details: { user_id: userId, role, ...details },
      })),
    );
  }

  /** Two invitations of one address at the same time: one of them is there first. @throws Problem `member_exists` */
  async saving(save: () => Promise<void>): Promise<void> {
    try {
      await save();
    } catch (error) {
      if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
      throw this.memberExists();
    }
  }

  memberExists(): Problem {
    return new Problem(USERS_PROBLEMS, 'member_exists', 'Somebody with this e-mail address is a member or invited already.', {
      errors: [
        { location: '/email', message: 'The address is taken in this organization.', fix: 'Invite that member again, or change them.' },
      ],
    });
  }
}
