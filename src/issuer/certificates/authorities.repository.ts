import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import type { AuthorityRow, NewAuthority } from './authority.js';

@Injectable()
export class AuthoritiesRepository {
  /** One replica at a time takes steps; the others wait for what it did. */
  async lock(tx: Transaction): Promise<void> {
    await tx.manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('certificate-authorities', 0))`);
  }

  /** Every authority there ever was, oldest first. */
  list(tx: Transaction, trustDomain: string): Promise<AuthorityRow[]> {
    return tx.manager.query('SELECT * FROM certificate_authorities WHERE trust_domain = $1 ORDER BY created_at, id', [trustDomain]);
  }

  /** Held until the end of the transaction: an authority does not retire between this look and the leaf it signs. */
  async isActive(tx: Transaction, id: string): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>(`SELECT 1 FROM certificate_authorities WHERE id = $1 AND status = 'active' FOR SHARE`, [
      id,
    ]);
    return rows.length > 0;
  }

  async insertPublished(tx: Transaction, trustDomain: string, { id, certificate, notAfter }: NewAuthority, sealed: string): Promise<void> {
    await tx.manager.query(
      `INSERT INTO certificate_authorities (id, trust_domain, status, certificate, sealed_private_key, not_after)
       VALUES ($1, $2, 'published', $3, $4, $5)`,
      [id, trustDomain, certificate, sealed, notAfter],
    );
  }

  /** @returns the one to be replaced; undefined when there is none, or its successor is on the way. */
  async askForReplacement(tx: Transaction, trustDomain: string): Promise<string | undefined> {
    const [rows] = await tx.manager.query<[{ id: string }[], number]>(
      `UPDATE certificate_authorities a SET replacement_asked_at = now()
       WHERE trust_domain = $1 AND status = 'active' AND replacement_asked_at IS NULL
         AND NOT EXISTS (SELECT FROM certificate_authorities n WHERE n.trust_domain = a.trust_domain AND n.status = 'published')
       RETURNING id`,
      [trustDomain],
    );
    return rows[0]?.id;
  }

  /** The one that was active retires, and its key is forgotten. */
  async activate(tx: Transaction, trustDomain: string, id: string): Promise<void> {
    await tx.manager.query(
      `UPDATE certificate_authorities SET status = 'retiring', retiring_at = now(), sealed_private_key = NULL
       WHERE trust_domain = $1 AND status = 'active'`,
      [trustDomain],
    );
    await tx.manager.query(`UPDATE certificate_authorities SET status = 'active', activated_at = now() WHERE id = $1`, [id]);
  }

  async remove(tx: Transaction, id: string): Promise<void> {
    await tx.manager.query(`UPDATE certificate_authorities SET status = 'removed', removed_at = now() WHERE id = $1`, [id]);
  }
}
