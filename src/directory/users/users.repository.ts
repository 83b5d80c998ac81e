import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { pageOf, type Page, type Transaction } from '../../platform/database/index.js';
import type { Membership } from './membership.js';
import { User } from './user.entity.js';

export interface StoredPassword {
  readonly userId: string;
  readonly hash: string;
}

/** People and what they sign in with. Only in platform transactions: they belong to no organization. */
@Injectable()
export class UsersRepository {
  async find(tx: Transaction, id: string): Promise<User | undefined> {
    return (await tx.manager.findOne(User, { where: { id } })) ?? undefined;
  }

  /** Newest first: those who show this address and those who sign in with it. */
  async listOfEmail(tx: Transaction, email: string, after: string | undefined, limit: number): Promise<Page<User>> {
    const rows = await tx.manager.query<{ id: string }[]>(
      `SELECT id FROM (SELECT id FROM users WHERE email = $1 UNION SELECT user_id FROM user_passwords WHERE email = $1) found
        WHERE $2::text IS NULL OR id < $2 ORDER BY id DESC LIMIT $3`,
      [email, after ?? null, limit + 1],
    );
    const users = await tx.manager.find(User, { where: { id: In(rows.map(({ id }) => id)) }, order: { id: 'DESC' } });
    return pageOf(users, limit, ({ id }) => id);
  }

  async findForUpdate(tx: Transaction, id: string): Promise<User | undefined> {
    return (await tx.manager.findOne(User, { where: { id }, lock: { mode: 'for_no_key_update' } })) ?? undefined;
  }

  async insert(tx: Transaction, user: User): Promise<void> {
    await tx.manager.insert(User, user);
  }

  /** With passwords, identities, memberships and sessions. */
  async delete(tx: Transaction, id: string): Promise<void> {
    await tx.manager.delete(User, { id });
  }

  async update(tx: Transaction, { id, email, name, status, updatedAt }: User): Promise<void> {
    await tx.manager.update(User, { id }, { email, name, status, updatedAt });
  }

  /** Those that count now, oldest first. */
  async membershipsOf(tx: Transaction, userId: string): Promise<Membership[]> {
    return tx.manager.query<Membership[]>(
      `SELECT m.org_id AS "orgId", m.role FROM members m JOIN users u ON u.id = m.user_id JOIN orgs o ON o.id = m.org_id
        WHERE m.user_id = $1 AND m.status = 'active' AND u.status = 'active' AND o.status = 'active' ORDER BY m.id`,
      [userId],
    );
  }

  async findPassword(tx: Transaction, email: string): Promise<StoredPassword | undefined> {
    const [row] = await tx.manager.query<StoredPassword[]>('SELECT user_id AS "userId", hash FROM user_passwords WHERE email = $1', [
      email,
    ]);
    return row;
  }

  async findPasswordOf(tx: Transaction, userId: string): Promise<(StoredPassword & { email: string }) | undefined> {
    const [row] = await tx.manager.query<(StoredPassword & { email: string })[]>(
      'SELECT user_id AS "userId", email, hash FROM user_passwords WHERE user_id = $1',
      [userId],
    );
    return row;
  }

  async insertPassword(tx: Transaction, { userId, hash, email }: StoredPassword & { email: string }): Promise<void> {
    await tx.manager.query('INSERT INTO user_passwords (user_id, email, hash) VALUES ($1, $2, $3)', [userId, email, hash]);
  }

  /** False when another change was faster. */
  async replacePassword(tx: Transaction, { userId, hash }: StoredPassword, next: string): Promise<boolean> {
    const [rows] = await tx.manager.query<[unknown[], number]>(
      'UPDATE user_passwords SET hash = $3, changed_at = now() WHERE user_id = $1 AND hash = $2 RETURNING 1',
      [userId, hash, next],
    );
    return rows.length > 0;
  }

  /** Whatever it was before. */
  async setPassword(tx: Transaction, { userId, hash }: StoredPassword): Promise<void> {
    await tx.manager.query('UPDATE user_passwords SET hash = $2, changed_at = now() WHERE user_id = $1', [userId, hash]);
  }

  /** Whether the person may still sign in with this password. Until the transaction ends neither can change. */
  async holdPassword(tx: Transaction, { userId, hash }: StoredPassword): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>(
      `SELECT 1 FROM user_passwords p JOIN users u ON u.id = p.user_id WHERE p.user_id = $1 AND p.hash = $2 AND u.status = 'active' FOR SHARE`,
      [userId, hash],
    );
    return rows.length > 0;
  }

  /** Whether the person may sign in; until the transaction ends that cannot change. */
  async holdActive(tx: Transaction, userId: string): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>(`SELECT 1 FROM users WHERE id = $1 AND status = 'active' FOR SHARE`, [userId]);
    return rows.length > 0;
  }

  async findIdentity(tx: Transaction, issuer: string, subject: string): Promise<string | undefined> {
    const [row] = await tx.manager.query<{ user_id: string }[]>('SELECT user_id FROM user_identities WHERE issuer = $1 AND subject = $2', [
      issuer,
      subject,
    ]);
    return row?.user_id;
  }

  async insertIdentity(tx: Transaction, issuer: string, subject: string, userId: string): Promise<void> {
    await tx.manager.query('INSERT INTO user_identities (issuer, subject, user_id) VALUES ($1, $2, $3)', [issuer, subject, userId]);
  }
}
