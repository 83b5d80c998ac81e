import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DynamicApps } from '../../../directory/third-party-apps/index.js';
import { Configuration } from '../../../platform/config/index.js';
import type { Transaction } from '../../../platform/database/index.js';
import { Reaper } from '../../../platform/reaper/index.js';
import { fateOf } from './registration-lives.policy.js';
import { RegistrationsRepository } from './registrations.repository.js';

/** At most so many go because of one that comes. */
const EVICTED_AT_ONCE = 100;

/** Which registrations stay. Also where nobody can register any more, because those from before are still there. */
@Injectable()
export class RegistrationLives implements OnModuleInit {
  constructor(
    private readonly repository: RegistrationsRepository,
    private readonly apps: DynamicApps,
    private readonly reaper: Reaper,
    private readonly configuration: Configuration,
  ) {}

  onModuleInit(): void {
    this.reaper.add({ name: 'dynamic_registrations', reap: (tx, limit) => this.reap(tx, limit) });
  }

  /** DCR-3: only what nobody has used makes room, the oldest first; a flood never costs anybody what they use. */
  async makeRoom(tx: Transaction): Promise<void> {
    const { UNUSED_REGISTRATIONS } = this.configuration.settings;
    await this.settle(tx, await this.repository.holdSurplus(tx, UNUSED_REGISTRATIONS, EVICTED_AT_ONCE), 'surplus');
  }

  private async reap(tx: Transaction, limit: number): Promise<number> {
    const due = await this.repository.holdDue(tx, limit);
    await this.settle(tx, due, 'unused');
    return due.length;
  }

  private async settle(tx: Transaction, held: readonly { readonly app_id: string }[], reason: string): Promise<void> {
    if (held.length === 0) return;
    const gone: string[] = [];
    for (const registration of await this.repository.look(
      tx,
      held.map(({ app_id }) => app_id),
    )) {
      const fate = fateOf(registration);
      if (fate === 'gone') gone.push(registration.appId);
      else await this.repository.keep(tx, registration.appId, fate);
    }
    if (gone.length > 0) await this.apps.expire(tx, gone, reason);
  }
}
