import { Injectable, type OnModuleInit } from '@nestjs/common';
import { isSecret } from '@countersign/oauth';
import { SecretDigests } from '../../platform/crypto/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { Reaper } from '../../platform/reaper/index.js';
import { JoinTokensRepository, type JoinTokenRow } from './join-tokens.repository.js';

/** What a presented join token turned out to be. */
export type PresentedJoinToken =
  | { readonly state: 'unknown' }
  | { readonly state: 'usable' | 'used' | 'expired'; readonly id: string; readonly microserviceId: string };

/** The other end of a join token: it is presented once. */
@Injectable()
export class JoinTokenRedemption implements OnModuleInit {
  constructor(
    private readonly repository: JoinTokensRepository,
    private readonly digests: SecretDigests,
    private readonly reaper: Reaper,
  ) {}

  onModuleInit(): void {
    this.reaper.add({ name: 'join-tokens', reap: (tx, limit) => this.repository.reap(tx, limit) });
  }

  /** Looks, and changes nothing. */
  async inspect(tx: Transaction, text: string): Promise<PresentedJoinToken> {
    const row = isSecret(text, 'csn_join') ? await this.repository.find(tx, this.digests.everyDigest(text)) : undefined;
    if (!row) return { state: 'unknown' };
    return { state: stateOf(row), id: row.id, microserviceId: row.microservice_id };
  }

  /** False when it was used or ended meanwhile. */
  spend(tx: Transaction, id: string): Promise<boolean> {
    return this.repository.spend(tx, id);
  }
}

function stateOf({ used_at: used, expires_at: end }: JoinTokenRow): 'usable' | 'used' | 'expired' {
  if (used) return 'used';
  return end.getTime() <= Date.now() ? 'expired' : 'usable';
}
