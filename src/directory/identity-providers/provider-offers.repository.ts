import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';

export interface OfferRow {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly org_id: string | null;
  readonly org_name: string | null;
}

// Those that may sign people in: active, and their organization too.
const OPEN = `SELECT p.id, p.name, p.issuer, p.org_id, o.name AS org_name
                FROM identity_providers p LEFT JOIN orgs o ON o.id = p.org_id
               WHERE p.status = 'active' AND (p.org_id IS NULL OR o.status = 'active')`;
/** As many as an owner may have. */
export const MAX_OFFERS = 20;

/** Identity providers as pages offer them, whoever owns them. */
@Injectable()
export class ProviderOffersRepository {
  async find(tx: Transaction, id: string): Promise<OfferRow | undefined> {
    return (await tx.manager.query<OfferRow[]>(`${OPEN} AND p.id = $1`, [id]))[0];
  }

  list(tx: Transaction, orgId: string | undefined): Promise<OfferRow[]> {
    // As in the index.
    const where = `COALESCE(p.org_id, '') = ANY($1)`;
    return tx.manager.query(`${OPEN} AND ${where} ORDER BY p.org_id NULLS FIRST, p.id`, [['', ...(orgId === undefined ? [] : [orgId])]]);
  }

  /** One more than are ever offered, so that too many can be told. */
  forDomain(tx: Transaction, domain: string): Promise<OfferRow[]> {
    const rule = JSON.stringify([{ emailDomain: domain }]);
    return tx.manager.query(`${OPEN} AND p.rules @> $1::jsonb ORDER BY p.org_id NULLS FIRST, p.id LIMIT ${MAX_OFFERS + 1}`, [rule]);
  }
}
