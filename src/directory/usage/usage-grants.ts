import { Injectable } from '@nestjs/common';
import { Registry } from '@countersign/oauth';
import type { Transaction } from '../../platform/database/index.js';
import { grantUsesOf, type GrantUse } from './grant-uses.policy.js';
import type { UsageLine } from './usage-line.js';

/** Whom a grant was given, and whose data it is about. */
export interface GrantOwner {
  readonly grantId: string;
  readonly clientId: string;
  readonly orgId: string;
}

/** A module that keeps grants of its own, such as what people allowed, and wants to know what is done on them. */
export interface GrantKeeper {
  readonly name: string;
  /** By the form of the id. */
  owns(grantId: string): boolean;
  /** Those of them that there are at this API. */
  ownersOf(tx: Transaction, apiId: string, grantIds: readonly string[]): Promise<readonly GrantOwner[]>;
  /** Adds to what is known; a guard may name grants that there are not. */
  note(tx: Transaction, apiId: string, uses: readonly GrantUse[]): Promise<void>;
}

type GrantOfLine = Pick<UsageLine, 'grantId' | 'clientId'>;

/** Tells reported calls to those who keep the grants on which they stand. */
@Injectable()
export class UsageGrants {
  private keepers = new Registry<GrantKeeper>('keeper of grants', []);

  add(keeper: GrantKeeper): void {
    this.keepers = new Registry('keeper of grants', [...this.keepers, keeper]);
  }

  /** A guard that names the grant of another client, or of another API, is not believed. */
  async orgsOf(tx: Transaction, apiId: string, lines: readonly GrantOfLine[]): Promise<(line: GrantOfLine) => string | undefined> {
    const owners = new Map<string, GrantOwner>();
    for (const keeper of this.keepers) {
      const ids = [...new Set(lines.flatMap(({ grantId }) => grantId ?? []))].filter((id) => keeper.owns(id));
      if (ids.length === 0) continue;
      for (const owner of await keeper.ownersOf(tx, apiId, ids)) owners.set(owner.grantId, owner);
    }
    return ({ grantId, clientId }) => {
      const owner = owners.get(grantId ?? '');
      return owner?.clientId === clientId ? owner?.orgId : undefined;
    };
  }

  async note(tx: Transaction, apiId: string, lines: readonly UsageLine[]): Promise<void> {
    for (const keeper of this.keepers) {
      const uses = grantUsesOf(lines, (grantId) => keeper.owns(grantId));
      if (uses.length > 0) await keeper.note(tx, apiId, uses);
    }
  }
}
