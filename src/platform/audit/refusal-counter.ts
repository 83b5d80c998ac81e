import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { PlatformTransactions } from '../database/index.js';
import { Log } from '../logging/index.js';
import { AuditRepository } from './audit.repository.js';
import type { AuditTarget } from './audit-event.js';
import { auditRow } from './audit-row.js';

const FLUSH_MS = 60_000;
const MAX_KEYS = 2_000;

/** A credential that was proven and refused: its organization should hear why. */
export interface RefusedCredential {
  readonly orgId: string;
  readonly target: AuditTarget;
  readonly details?: Readonly<Record<string, unknown>>;
}

interface Refusals {
  readonly action: string;
  readonly source: string;
  readonly reason: string;
  readonly about: RefusedCredential | undefined;
  count: number;
}

/**
 * Failures before authentication, counted per source, reason and minute, so that nobody without a credential can write
 * the audit log full. Beyond the limit sources share one line.
 */
@Injectable()
export class RefusalCounter implements OnApplicationBootstrap, OnApplicationShutdown {
  private counts = new Map<string, Refusals>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: AuditRepository,
    private readonly log: Log,
  ) {}

  count(action: string, source: string, reason: string, about?: RefusedCredential): void {
    const own = `${action} ${source} ${reason} ${about?.target.id ?? ''}`;
    const full = this.counts.size >= MAX_KEYS && !this.counts.has(own);
    const key = full ? `${action} others ${reason}` : own;
    const line = this.counts.get(key);
    if (line) line.count++;
    else this.counts.set(key, { action, source: full ? 'others' : source, reason, about: full ? undefined : about, count: 1 });
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
  }

  async flush(): Promise<void> {
    const lines = [...this.counts.values()];
    if (lines.length === 0) return;
    this.counts = new Map();
    const rows = lines.map(({ action, source, reason, about, count }) =>
      auditRow({
        action,
        ...about,
        actor: { type: 'anonymous' },
        result: 'failure',
        reasonCode: reason,
        origin: { ip: source },
        details: { ...about?.details, count },
      }),
    );
    try {
      await this.transactions.run((tx) => this.repository.insert(tx, rows));
    } catch (error) {
      this.log.warn('audit.refusals_lost', { count: rows.length, error });
    }
  }
}
