import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type GrantKeeper, type GrantOwner, type GrantUse, UsageGrants } from '../../directory/usage/index.js';
import { isId } from '../../platform/crypto/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { ConsentUsageRepository, type ConsentUse } from './consent-usage.repository.js';
import type { Consent } from './consent.js';

/** Counts for each consent what its app does, so that people and administrators see it. */
@Injectable()
export class ConsentUsage implements GrantKeeper, OnModuleInit {
  readonly name = 'consents';

  constructor(
    private readonly grants: UsageGrants,
    private readonly repository: ConsentUsageRepository,
  ) {}

  onModuleInit(): void {
    this.grants.add(this);
  }

  owns(grantId: string): boolean {
    return isId(grantId, 'con');
  }

  ownersOf(tx: Transaction, apiId: string, grantIds: readonly string[]): Promise<readonly GrantOwner[]> {
    return this.repository.ownersOf(tx, apiId, grantIds);
  }

  note(tx: Transaction, apiId: string, uses: readonly GrantUse[]): Promise<void> {
    return this.repository.add(tx, apiId, uses);
  }

  /** By id of the consent; those that were never used are missing. */
  of(tx: Transaction, consents: readonly Pick<Consent, 'id'>[]): Promise<ReadonlyMap<string, ConsentUse>> {
    return this.repository.find(
      tx,
      consents.map(({ id }) => id),
    );
  }
}
