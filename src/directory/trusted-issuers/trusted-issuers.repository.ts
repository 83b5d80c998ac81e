import { Injectable } from '@nestjs/common';
import { IsNull, LessThan, type FindOperator } from 'typeorm';
import { pageOf, type Page, type Transaction } from '../../platform/database/index.js';
import { TrustedIssuer } from './trusted-issuer.entity.js';

/** Every method takes the owner first: an organization, or null for the platform. Row-level security holds even where it is forgotten. */
@Injectable()
export class TrustedIssuersRepository {
  async find(tx: Transaction, owner: string | null, id: string): Promise<TrustedIssuer | undefined> {
    return (await tx.manager.findOne(TrustedIssuer, { where: { orgId: of(owner), id } })) ?? undefined;
  }

  async findForUpdate(tx: Transaction, owner: string | null, id: string): Promise<TrustedIssuer | undefined> {
    const where = { orgId: of(owner), id };
    return (await tx.manager.findOne(TrustedIssuer, { where, lock: { mode: 'for_no_key_update' } })) ?? undefined;
  }

  /** Newest first. */
  async list(tx: Transaction, owner: string | null, after: string | undefined, limit: number): Promise<Page<TrustedIssuer>> {
    const where = { orgId: of(owner), ...(after !== undefined && { id: LessThan(after) }) };
    const rows = await tx.manager.find(TrustedIssuer, { where, order: { id: 'DESC' }, take: limit + 1 });
    return pageOf(rows, limit, (row) => row.id);
  }

  listAll(tx: Transaction, owner: string | null): Promise<TrustedIssuer[]> {
    return tx.manager.find(TrustedIssuer, { where: { orgId: of(owner) } });
  }

  /** How many there are; until the transaction ends nobody else counts, so that two requests cannot pass a limit together. */
  async countAlone(tx: Transaction, owner: string | null): Promise<number> {
    await tx.manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`trusted_issuers:${owner ?? ''}`]);
    return tx.manager.count(TrustedIssuer, { where: { orgId: of(owner) } });
  }

  async insert(tx: Transaction, trust: TrustedIssuer): Promise<void> {
    await tx.manager.insert(TrustedIssuer, trust as never);
  }

  async update(tx: Transaction, trust: TrustedIssuer): Promise<void> {
    const { id, orgId: _, ...fields } = trust;
    await tx.manager.update(TrustedIssuer, { id }, fields as never);
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.manager.delete(TrustedIssuer, { id });
  }
}

function of(owner: string | null): string | FindOperator<string> {
  return owner ?? IsNull();
}
