import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditRepository } from '../../platform/audit/index.js';
import { Configuration } from '../../platform/config/index.js';
import { sha256 } from '../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { httpProblem } from '../../platform/http/index.js';
import { Reaper } from '../../platform/reaper/index.js';
import { ServicePrincipalSource } from '../service-principals/index.js';
import { IntakeLanes } from './intake-lanes.js';
import { boundOperations, boundRows, dayOf, rollUp, type UsageRollup } from './roll-up.policy.js';
import { UsageGrants } from './usage-grants.js';
import { UsageIntakeRepository } from './usage-intake.repository.js';
import type { UsageLine } from './usage-line.js';

/** Reports about minutes that are older are refused, so their ids need not be known for longer. */
export const USAGE_REPORT_MAX_AGE_DAYS = 7;
const DAY_MS = 86_400_000;

export interface CountedReport {
  /** The same for every attempt to deliver it. */
  readonly id: string;
  readonly lines: readonly UsageLine[];
}

/** Counts what guards report: each report once, in hourly rows, and never more of them than an API may fill in a day. */
@Injectable()
export class UsageIntake implements OnModuleInit {
  private readonly lanes = new IntakeLanes();
  private readonly maxOperations: number;
  private readonly maxLines: number;
  private readonly retentionDays: number;

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: UsageIntakeRepository,
    private readonly principals: ServicePrincipalSource,
    private readonly grants: UsageGrants,
    private readonly singleUse: AuditRepository,
    private readonly reaper: Reaper,
    { settings }: Configuration,
  ) {
    this.maxOperations = settings.USAGE_OPERATIONS_PER_API_DAY;
    this.maxLines = settings.USAGE_LINES_PER_API_DAY;
    this.retentionDays = settings.USAGE_RETENTION_DAYS;
  }

  onModuleInit(): void {
    this.reaper.add({ name: 'usage', reap: (tx, limit) => this.repository.reap(tx, this.retentionDays, limit) });
  }

  /**
   * Answers false when the report was counted before.
   * @param apiId of the API whose guards report; nothing in the report says it.
   * @throws Problem `service_unavailable` where too many reports of the API wait already.
   */
  count(apiId: string, report: CountedReport): Promise<boolean> {
    return this.lanes.run(apiId, () => this.transactions.run((tx) => this.countOnce(tx, apiId, report)));
  }

  private async countOnce(tx: Transaction, apiId: string, { id, lines }: CountedReport): Promise<boolean> {
    if (!(await this.claim(tx, apiId, id))) return false;
    // In their order: two reports about the same two days must not wait for each other.
    for (const day of [...new Set(lines.map(dayOf))].sort()) {
      await this.countDay(
        tx,
        apiId,
        day,
        lines.filter((line) => dayOf(line) === day),
      );
    }
    // After the locks of all days, so that no two reports wait for each other.
    await this.grants.note(tx, apiId, lines);
    return true;
  }

  private async claim(tx: Transaction, apiId: string, reportId: string): Promise<boolean> {
    const expiresAt = new Date(Date.now() + (USAGE_REPORT_MAX_AGE_DAYS + 1) * DAY_MS);
    const free = await this.singleUse.claim(tx, [{ owner: apiId, digest: sha256(`usage-report:${reportId}`), expiresAt }]);
    return free.size > 0;
  }

  private async countDay(tx: Transaction, apiId: string, day: string, lines: readonly UsageLine[]): Promise<void> {
    const used = await this.repository.lockDay(tx, apiId, day);
    if (!used) throw httpProblem('not_found', 'The API is not registered any more.');
    const known = boundOperations(lines, used.operations, this.maxOperations);
    const rows = rollUp(apiId, known.lines);
    const stored = await this.repository.findStored(tx, rows);
    const bounded = boundRows(apiId, rows, { stored, room: this.maxLines - used.lines });
    await this.repository.add(tx, apiId, bounded.rows, await this.orgsOf(tx, apiId, bounded.rows));
    await this.repository.saveDay(tx, apiId, day, { operations: known.operations, lines: used.lines + bounded.added });
  }

  /** Whose data was called: that of the grant where a person gave it, else that of the client. */
  private async orgsOf(
    tx: Transaction,
    apiId: string,
    rows: readonly UsageRollup[],
  ): Promise<(line: UsageRollup['line']) => string | undefined> {
    const lines = rows.map(({ line }) => line);
    const ofGrants = await this.grants.orgsOf(tx, apiId, lines);
    const ofClients = await this.principals.orgsOf(tx, [...new Set(lines.flatMap(({ clientId }) => clientId ?? []))]);
    return (line) => ofGrants(line) ?? (line.clientId === undefined ? undefined : ofClients.get(line.clientId));
  }
}
