import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import { DEFAULT_ADMISSION_MODE, type AdmissionMode } from './consent.policy.js';

/** What an organization has decided about apps. */
export interface AppPolicy {
  readonly mode: AdmissionMode;
  readonly listed: readonly string[];
}

@Injectable()
export class AppPoliciesRepository {
  async find(tx: Transaction, orgId: string): Promise<AppPolicy> {
    const [row] = await tx.manager.query<{ mode: AdmissionMode | null; listed: string[] }[]>(
      `SELECT (SELECT mode FROM app_policies WHERE org_id = $1) AS mode,
              ARRAY(SELECT app_id FROM admitted_apps WHERE org_id = $1 ORDER BY app_id) AS listed`,
      [orgId],
    );
    return { mode: row?.mode ?? DEFAULT_ADMISSION_MODE, listed: row?.listed ?? [] };
  }

  /** Until the transaction ends nobody else changes it, nor the list. It is there afterwards. */
  async lock(tx: Transaction, orgId: string): Promise<void> {
    await tx.manager.query(
      'INSERT INTO app_policies (org_id, mode) VALUES ($1, $2) ON CONFLICT (org_id) DO UPDATE SET mode = app_policies.mode',
      [orgId, DEFAULT_ADMISSION_MODE],
    );
  }

  async setMode(tx: Transaction, orgId: string, mode: AdmissionMode): Promise<void> {
    await tx.manager.query('UPDATE app_policies SET mode = $2, updated_at = now() WHERE org_id = $1', [orgId, mode]);
  }

  async admit(tx: Transaction, orgId: string, appIds: readonly string[]): Promise<void> {
    await tx.manager.query('INSERT INTO admitted_apps (org_id, app_id) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING', [
      orgId,
      appIds,
    ]);
  }

  async keepOnly(tx: Transaction, orgId: string, appIds: readonly string[]): Promise<void> {
    await tx.manager.query('DELETE FROM admitted_apps WHERE org_id = $1 AND app_id <> ALL ($2::text[])', [orgId, appIds]);
  }
}
