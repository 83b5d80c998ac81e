import { Column, Entity, PrimaryColumn } from 'typeorm';
import { newId } from '../../platform/crypto/index.js';

/** A person. Belongs to no organization; memberships say where they may act. */
@Entity('users')
export class User {
  @PrimaryColumn('text')
  id!: string;

  /** For people to read. It identifies nobody: another provider may have said it. */
  @Column('text')
  email!: string;

  @Column('text')
  name!: string;

  @Column('text')
  status!: 'active' | 'disabled';

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;

  isActive(): boolean {
    return this.status === 'active';
  }
}

export function newUser(email: string, name: string): User {
  const now = new Date();
  return Object.assign(new User(), { id: newId('usr'), email, name, status: 'active' as const, createdAt: now, updatedAt: now });
}
