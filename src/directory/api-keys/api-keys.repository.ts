import { Injectable } from '@nestjs/common';
import { In, LessThan, MoreThan } from 'typeorm';
import { pageOf, type Page, type Transaction } from '../../platform/database/index.js';
import { ApiKey } from './api-key.entity.js';

/** A key of an organization, or the token of one of its people. */
export interface ApiKeyAddress {
  readonly orgId: string;
  readonly id: string;
  /** Only a token of this person. */
  readonly userId?: string;
}

/** A person in one organization or, for who may see them, in all. */
export interface TokenOwner {
  readonly userId: string;
  readonly orgId?: string;
}

const MAX_TOKENS_LISTED = 100;

/** Every method takes the organization first. The transaction's row-level security holds even where one is forgotten. */
@Injectable()
export class ApiKeysRepository {
  async find(tx: Transaction, address: ApiKeyAddress): Promise<ApiKey | undefined> {
    return (await tx.manager.findOne(ApiKey, { where: { ...address } })) ?? undefined;
  }

  /** Locks it until the transaction ends. */
  async findForUpdate(tx: Transaction, address: ApiKeyAddress): Promise<ApiKey | undefined> {
    return (await tx.manager.findOne(ApiKey, { where: { ...address }, lock: { mode: 'for_no_key_update' } })) ?? undefined;
  }

  /** Newest first. */
  async list(tx: Transaction, orgId: string, after: string | undefined, limit: number): Promise<Page<ApiKey>> {
    // Keys and tokens are told apart by the prefix of the id, so the time in it orders them within their kind.
    const where = { orgId, ...(after !== undefined && { id: LessThan(after) }) };
    return pageOf(await tx.manager.find(ApiKey, { where, order: { id: 'DESC' }, take: limit + 1 }), limit, ({ id }) => id);
  }

  listOfUser(tx: Transaction, orgId: string, userId: string): Promise<ApiKey[]> {
    return tx.manager.find(ApiKey, { where: { orgId, userId }, order: { id: 'DESC' }, take: MAX_TOKENS_LISTED });
  }

  countLiveOfUser(tx: Transaction, orgId: string, userId: string): Promise<number> {
    return tx.manager.count(ApiKey, { where: { orgId, userId, expiresAt: MoreThan(new Date()) } });
  }

  countLive(tx: Transaction, orgId: string): Promise<number> {
    return tx.manager.count(ApiKey, { where: { orgId, expiresAt: MoreThan(new Date()) } });
  }

  async insert(tx: Transaction, key: ApiKey): Promise<void> {
    await tx.manager.insert(ApiKey, key);
  }

  async saveEnd(tx: Transaction, { id, orgId, expiresAt, revokedAt, revokedReason, replacedBy }: ApiKey): Promise<void> {
    await tx.manager.update(ApiKey, { id, orgId }, { expiresAt, revokedAt, revokedReason, replacedBy });
  }

  /** Live tokens of a person, in the order of ids. */
  listLive(tx: Transaction, owner: TokenOwner): Promise<ApiKey[]> {
    return tx.manager.find(ApiKey, { where: { ...owner, expiresAt: MoreThan(new Date()) }, order: { id: 'ASC' } });
  }

  /** Locks the live tokens of people in the order of ids, as everybody does. @returns their ids */
  async lockLive(tx: Transaction, owners: readonly TokenOwner[]): Promise<string[]> {
    const rows = await tx.manager.query<{ id: string }[]>(
      `SELECT k.id FROM api_keys k
        WHERE k.expires_at > now() AND k.user_id = ANY ($1::text[])
          AND EXISTS (SELECT FROM unnest($1::text[], $2::text[]) AS o(user_id, org_id)
                       WHERE o.user_id = k.user_id AND (o.org_id IS NULL OR o.org_id = k.org_id))
        ORDER BY k.id FOR NO KEY UPDATE OF k`,
      [owners.map(({ userId }) => userId), owners.map(({ orgId }) => orgId ?? null)],
    );
    return rows.map(({ id }) => id);
  }

  /** By any of the digests that a key of unknown age may be stored under. */
  async findByDigest(tx: Transaction, digests: readonly Buffer[]): Promise<ApiKey | undefined> {
    return (await tx.manager.findOne(ApiKey, { where: { digest: In([...digests]) }, lock: { mode: 'for_no_key_update' } })) ?? undefined;
  }

  /** In the order of ids, so that two replicas that flush at the same time wait for each other instead of deadlocking. */
  async setLastUsed(tx: Transaction, uses: ReadonlyMap<string, Date>): Promise<void> {
    await tx.manager.query(
      `WITH used AS (SELECT * FROM unnest($1::text[], $2::timestamptz[]) AS t(id, at)),
            held AS (SELECT k.id, used.at FROM api_keys k JOIN used USING (id) ORDER BY k.id FOR NO KEY UPDATE OF k)
       UPDATE api_keys k SET last_used_at = greatest(k.last_used_at, held.at) FROM held WHERE k.id = held.id`,
      [[...uses.keys()], [...uses.values()]],
    );
  }

  /** Ended keys stay in lists for a month, then go. */
  async reap(tx: Transaction, limit: number): Promise<number> {
    const rows = await tx.manager.query<[unknown[], number]>(
      `DELETE FROM api_keys WHERE id IN (SELECT id FROM api_keys WHERE expires_at < now() - interval '30 days' LIMIT $1 FOR UPDATE SKIP LOCKED)`,
      [limit],
    );
    return rows[1];
  }
}
