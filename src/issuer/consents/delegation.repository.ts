import { Injectable } from '@nestjs/common';
import type { ClientGrant } from '@countersign/oauth';
import type { OrgRole } from '../../directory/users/index.js';
import { columnsOf, type Transaction } from '../../platform/database/index.js';
import { DEFAULT_ADMISSION_MODE, type AdmissionMode } from './consent.policy.js';
import type { Consent, ConsentKey } from './consent.js';
import { toConsent, type ConsentRow } from './consents.repository.js';

/** What decides over what one person can pass on to one app in one organization. */
export interface Standing {
  readonly orgName: string;
  readonly ceiling: readonly ClientGrant[] | null;
  readonly role: OrgRole;
  readonly mode: AdmissionMode;
  readonly isListed: boolean;
  readonly consent: Consent | undefined;
}

interface StandingRow extends Partial<ConsentRow> {
  org_name: string;
  ceiling: ClientGrant[] | null;
  role: OrgRole;
  mode: AdmissionMode | null;
  is_listed: boolean;
}

const CONSENT = columnsOf<ConsentRow>(
  {
    id: true,
    org_id: true,
    user_id: true,
    app_id: true,
    api_id: true,
    scopes: true,
    redirect_uris: true,
    app_fingerprint: true,
    generation: true,
    created_at: true,
    updated_at: true,
  },
  'c',
);
const STANDING = `SELECT ${CONSENT}, o.name AS org_name, o.ceiling, m.role, p.mode,
       EXISTS (SELECT FROM admitted_apps a WHERE a.org_id = o.id AND a.app_id = $3) AS is_listed
  FROM orgs o
  JOIN members m ON m.org_id = o.id AND m.user_id = $2 AND m.status = 'active'
  JOIN users u ON u.id = m.user_id AND u.status = 'active'
  LEFT JOIN app_policies p ON p.org_id = o.id
  LEFT JOIN consents c ON c.org_id = o.id AND c.user_id = $2 AND c.app_id = $3 AND c.api_id = $4
 WHERE o.id = $1 AND o.status = 'active'`;

@Injectable()
export class DelegationRepository {
  /** In one statement, because every code and refresh token asks. Undefined where the person is no active member of an active organization. */
  async findStanding(tx: Transaction, { orgId, userId, appId, apiId }: ConsentKey): Promise<Standing | undefined> {
    const [row] = await tx.manager.query<StandingRow[]>(STANDING, [orgId, userId, appId, apiId]);
    if (!row) return undefined;
    const { org_name: orgName, ceiling, role, mode, is_listed: isListed } = row;
    return { orgName, ceiling, role, mode: mode ?? DEFAULT_ADMISSION_MODE, isListed, consent: isConsent(row) ? toConsent(row) : undefined };
  }
}

function isConsent(row: Partial<ConsentRow>): row is ConsentRow {
  return row.id !== undefined && row.id !== null;
}
