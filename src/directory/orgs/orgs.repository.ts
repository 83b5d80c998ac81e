import { Injectable } from '@nestjs/common';
import { And, LessThan, Not } from 'typeorm';
import { pageOf, type Page, type Transaction } from '../../platform/database/index.js';
import { OPERATORS_ORG, Org } from './org.entity.js';

@Injectable()
export class OrgsRepository {
  /** In a tenant transaction only the tenant itself is there. */
  async find(tx: Transaction, id: string): Promise<Org | undefined> {
    return (await tx.manager.findOne(Org, { where: { id } })) ?? undefined;
  }

  async findForUpdate(tx: Transaction, id: string): Promise<Org | undefined> {
    return (await tx.manager.findOne(Org, { where: { id }, lock: { mode: 'for_no_key_update' } })) ?? undefined;
  }

  async holdActive(tx: Transaction, ids: readonly string[]): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const rows = await tx.manager.query<{ id: string }[]>(
      `SELECT id FROM orgs WHERE id = ANY ($1) AND status = 'active' ORDER BY id FOR KEY SHARE`,
      [ids],
    );
    return new Set(rows.map(({ id }) => id));
  }

  /** Newest first, without the reserved one, which is nobody's tenant. */
  async list(tx: Transaction, after: string | undefined, limit: number): Promise<Page<Org>> {
    const where = { id: after === undefined ? Not(OPERATORS_ORG) : And(LessThan(after), Not(OPERATORS_ORG)) };
    return pageOf(await tx.manager.find(Org, { where, order: { id: 'DESC' }, take: limit + 1 }), limit, (org) => org.id);
  }

  async insert(tx: Transaction, org: Org): Promise<void> {
    await tx.manager.insert(Org, org);
  }

  async update(tx: Transaction, { id, name, externalId, status, ceiling, maxApiKeyLifetimeSeconds, updatedAt }: Org): Promise<void> {
    await tx.manager.update(Org, { id }, { name, externalId, status, ceiling, maxApiKeyLifetimeSeconds, updatedAt });
  }

  /** Everything that belongs to it goes with it. */
  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.manager.delete(Org, { id });
  }

  async renameAudience(tx: Transaction, from: string, to: string): Promise<void> {
    await tx.manager.query(
      `UPDATE orgs SET ceiling = (SELECT jsonb_agg(CASE WHEN e ->> 'audience' = $1 THEN jsonb_set(e, '{audience}', to_jsonb($2::text)) ELSE e END) FROM jsonb_array_elements(ceiling) AS e)
        WHERE ceiling @> jsonb_build_array(jsonb_build_object('audience', $1::text))`,
      [from, to],
    );
  }
}
