import { Injectable } from '@nestjs/common';
import type { ClientGrant } from '@countersign/oauth';
import type { Transaction } from '../../platform/database/index.js';
import type { ScopeDefinition } from '../api-resources/index.js';
import type { OrgRole } from '../users/index.js';
import type { RevocationReason } from './api-key.entity.js';
import type { ApiKeyStanding } from './api-key-facts.js';

interface StandingRow {
  id: string;
  org_id: string;
  user_id: string | null;
  name: string;
  scopes: string[];
  allowed_ips: string[];
  digest: Buffer;
  pepper_version: string;
  created_at: Date;
  expires_at: Date;
  revoked_reason: RevocationReason | null;
  replaced_by: string | null;
  identifier: string;
  api_active: boolean;
  sender_constraint: string;
  org_active: boolean;
  ceiling: ClientGrant[] | null;
  role: OrgRole | null;
  definitions: ScopeDefinition[];
}

// Everything that decides about a use, in one query.
const STANDING = `
  SELECT k.id, k.org_id, k.user_id, k.name, k.scopes, k.allowed_ips, k.digest, k.pepper_version, k.created_at, k.expires_at, k.revoked_reason, k.replaced_by,
         a.identifier, a.sender_constraint, (a.status = 'active' AND a.zone = 'external') AS api_active,
         (o.status = 'active') AS org_active, o.ceiling,
         (SELECT m.role FROM members m JOIN users u ON u.id = m.user_id
           WHERE m.org_id = k.org_id AND m.user_id = k.user_id AND m.status = 'active' AND u.status = 'active') AS role,
         COALESCE((SELECT json_agg(json_build_object('name', s.name, 'description', s.description, 'risk', s.risk,
                                                     'assignableBy', s.assignable_by, 'delegable', s.delegable) ORDER BY s.position)
                     FROM api_scopes s WHERE s.api_id = k.api_id AND s.name = ANY (k.scopes)), '[]') AS definitions
    FROM api_keys k JOIN orgs o ON o.id = k.org_id JOIN api_resources a ON a.id = k.api_id
   WHERE k.id = $1`;

/** Reads keys as guards need them. Only in platform transactions: a key says nothing of its organization. */
@Injectable()
export class ApiKeyStandings {
  async find(tx: Transaction, id: string): Promise<ApiKeyStanding | undefined> {
    const [row] = await tx.manager.query<StandingRow[]>(STANDING, [id]);
    return row && toStanding(row);
  }

  async idOf(tx: Transaction, digests: readonly Buffer[]): Promise<string | undefined> {
    const [row] = await tx.manager.query<{ id: string }[]>('SELECT id FROM api_keys WHERE digest = ANY ($1)', [digests]);
    return row?.id;
  }
}

function toStanding(row: StandingRow): ApiKeyStanding {
  return {
    id: row.id,
    orgId: row.org_id,
    userId: row.user_id,
    name: row.name,
    audience: row.identifier,
    scopes: row.scopes,
    definitions: row.definitions,
    allowedNetworks: row.allowed_ips,
    digest: row.digest,
    pepperVersion: row.pepper_version,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedReason: row.revoked_reason,
    isReplaced: row.replaced_by !== null,
    isApiActive: row.api_active,
    needsBinding: row.sender_constraint !== 'none',
    isOrgActive: row.org_active,
    ceiling: row.ceiling,
    role: row.role,
  };
}
