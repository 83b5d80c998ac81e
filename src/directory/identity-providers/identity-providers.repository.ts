import { Injectable } from '@nestjs/common';
import { IsNull, LessThan, type FindOperator } from 'typeorm';
import { pageOf, type Page, type Transaction } from '../../platform/database/index.js';
import { IdentityProvider } from './identity-provider.entity.js';

/** Every method takes the owner first: an organization, or null for the platform. Row-level security holds even where it is forgotten. */
@Injectable()
export class IdentityProvidersRepository {
  async find(tx: Transaction, owner: string | null, id: string): Promise<IdentityProvider | undefined> {
    return (await tx.manager.findOne(IdentityProvider, { where: { orgId: of(owner), id } })) ?? undefined;
  }

  async findForUpdate(tx: Transaction, owner: string | null, id: string): Promise<IdentityProvider | undefined> {
    const where = { orgId: of(owner), id };
    return (await tx.manager.findOne(IdentityProvider, { where, lock: { mode: 'for_no_key_update' } })) ?? undefined;
  }

  /** Whoever owns it: for a sign-in, which knows nobody's organization yet. */
  async findAnywhere(tx: Transaction, id: string): Promise<IdentityProvider | undefined> {
    return (await tx.manager.findOne(IdentityProvider, { where: { id } })) ?? undefined;
  }

  async holdClient(tx: Transaction, id: string, issuer: string, clientId: string): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>(
      'SELECT 1 FROM identity_providers WHERE id = $1 AND issuer = $2 AND client_id = $3 FOR SHARE',
      [id, issuer, clientId],
    );
    return rows.length > 0;
  }

  /** It is another client now: the sessions that began before do not count any more. Its row is locked. */
  async markMoved(tx: Transaction, id: string): Promise<void> {
    // Not now(): a sign-in that held the row until a moment ago may be younger than this transaction.
    await tx.manager.query('UPDATE identity_providers SET client_since = clock_timestamp() WHERE id = $1', [id]);
  }

  /** Newest first. */
  async list(tx: Transaction, owner: string | null, after: string | undefined, limit: number): Promise<Page<IdentityProvider>> {
    const where = { orgId: of(owner), ...(after !== undefined && { id: LessThan(after) }) };
    const rows = await tx.manager.find(IdentityProvider, { where, order: { id: 'DESC' }, take: limit + 1 });
    return pageOf(rows, limit, (row) => row.id);
  }

  listActive(tx: Transaction, owner: string | null): Promise<IdentityProvider[]> {
    return tx.manager.find(IdentityProvider, { where: { orgId: of(owner), status: 'active' }, order: { id: 'ASC' } });
  }

  /** Whoever owns it. */
  existsActive(tx: Transaction): Promise<boolean> {
    return tx.manager.exists(IdentityProvider, { where: { status: 'active' } });
  }

  /** How many there are; until the transaction ends nobody else counts, so that two requests cannot pass a limit together. */
  async countAlone(tx: Transaction, owner: string | null): Promise<number> {
    await tx.manager.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`identity_providers:${owner ?? ''}`]);
    return tx.manager.count(IdentityProvider, { where: { orgId: of(owner) } });
  }

  async insert(tx: Transaction, provider: IdentityProvider): Promise<void> {
    await tx.manager.insert(IdentityProvider, provider as never);
  }

  async update(tx: Transaction, provider: IdentityProvider): Promise<void> {
    const { id, orgId: _, ...fields } = provider;
    await tx.manager.update(IdentityProvider, { id }, fields as never);
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.manager.delete(IdentityProvider, { id });
  }

  /** Which of the organizations exist. */
  async existingOrgs(tx: Transaction, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const rows = await tx.manager.query<{ id: string }[]>('SELECT id FROM orgs WHERE id = ANY($1)', [ids]);
    return new Set(rows.map(({ id }) => id));
  }
}

function of(owner: string | null): string | FindOperator<string> {
  return owner ?? IsNull();
}
