import { Injectable } from '@nestjs/common';
import { In, IsNull, MoreThan } from 'typeorm';
import type { Transaction } from '../../platform/database/index.js';
import { ClientSecret } from './client-secret.entity.js';

@Injectable()
export class ClientSecretsRepository {
  /** Newest first. */
  list(tx: Transaction, ownerId: string): Promise<ClientSecret[]> {
    return tx.manager.find(ClientSecret, { where: { ownerId }, order: { id: 'DESC' } });
  }

  async insert(tx: Transaction, secret: ClientSecret): Promise<void> {
    await tx.manager.insert(ClientSecret, secret);
  }

  async setEnds(tx: Transaction, ends: ReadonlyMap<string, Date>): Promise<void> {
    for (const [id, expiresAt] of ends) await tx.manager.update(ClientSecret, { id }, { expiresAt });
  }

  listByOwner(tx: Transaction, ownerIds: readonly string[]): Promise<ClientSecret[]> {
    return tx.manager.find(ClientSecret, { where: { ownerId: In([...ownerIds]) }, order: { id: 'DESC' } });
  }

  async find(tx: Transaction, ownerId: string, id: string): Promise<ClientSecret | undefined> {
    return (await tx.manager.findOne(ClientSecret, { where: { ownerId, id } })) ?? undefined;
  }

  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.manager.delete(ClientSecret, { id });
  }

  async countLive(tx: Transaction, orgId: string): Promise<number> {
    return tx.manager.count(ClientSecret, {
      where: [
        { orgId, expiresAt: IsNull() },
        { orgId, expiresAt: MoreThan(new Date()) },
      ],
    });
  }

  async deleteAll(tx: Transaction, ownerId: string): Promise<void> {
    await tx.manager.delete(ClientSecret, { ownerId });
  }

  /** Ended secrets stay in lists for a month, then go. */
  async deleteLongEnded(tx: Transaction, ownerId: string): Promise<void> {
    await tx.manager.query(`DELETE FROM client_secrets WHERE owner_id = $1 AND expires_at < now() - interval '30 days'`, [ownerId]);
  }

  /** In the order of ids, so that two replicas that flush at the same time wait for each other instead of deadlocking. */
  async setLastUsed(tx: Transaction, uses: ReadonlyMap<string, Date>): Promise<void> {
    await tx.manager.query(
      `WITH used AS (SELECT * FROM unnest($1::text[], $2::timestamptz[]) AS t(id, at)),
            held AS (SELECT s.id, used.at FROM client_secrets s JOIN used USING (id) ORDER BY s.id FOR NO KEY UPDATE OF s)
       UPDATE client_secrets s SET last_used_at = greatest(s.last_used_at, held.at) FROM held WHERE s.id = held.id`,
      [[...uses.keys()], [...uses.values()]],
    );
  }
}
