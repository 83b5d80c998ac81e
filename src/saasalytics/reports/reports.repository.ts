import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import type { Period } from '../period/index.js';
import type { ReportKind } from './report.js';

export interface NewReport {
  readonly id: string;
  readonly kind: ReportKind;
  readonly period: Period;
  readonly requestedBy: string;
  readonly result: object;
}

export interface StoredReport {
  readonly id: string;
  readonly kind: ReportKind;
  readonly status: 'ready';
  readonly period_from: Date;
  readonly period_to: Date;
  readonly timezone: string;
  readonly requested_by: string;
  readonly created_at: Date;
  readonly result: object;
}

const COLUMNS = 'id, kind, status, period_from, period_to, timezone, requested_by, created_at, result';

@Injectable()
export class ReportsRepository {
  async insert(tx: Transaction, orgId: string, { id, kind, period, requestedBy, result }: NewReport): Promise<StoredReport> {
    const [row] = await tx.manager.query<StoredReport[]>(
      `INSERT INTO analytics_reports (org_id, id, kind, status, period_from, period_to, timezone, requested_by, result)
       VALUES ($1, $2, $3, 'ready', $4, $5, $6, $7, $8) RETURNING ${COLUMNS}`,
      [orgId, id, kind, period.from, period.to, period.timezone, requestedBy, JSON.stringify(result)],
    );
    if (!row) throw new Error('An insert answers its row.');
    return row;
  }

  async find(tx: Transaction, orgId: string, id: string): Promise<StoredReport | undefined> {
    const [row] = await tx.manager.query<StoredReport[]>(`SELECT ${COLUMNS} FROM analytics_reports WHERE org_id = $1 AND id = $2`, [
      orgId,
      id,
    ]);
    return row;
  }
}
