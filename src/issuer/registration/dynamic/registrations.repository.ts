import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../platform/database/index.js';
import type { ApplicationType, WireAuthMethod } from './client-metadata.policy.js';
import type { Fate, RegistrationFacts, RegistrationState } from './registration-lives.policy.js';

/** What an app said of itself and no column of the apps holds, as its answers repeat it. */
export interface Said {
  readonly token_endpoint_auth_method: WireAuthMethod;
  readonly application_type: ApplicationType;
  readonly client_uri: string | null;
  readonly offline_access: boolean;
}

export interface TokenDigest {
  readonly digest: Buffer;
  readonly pepperVersion: string;
}

export interface NewRegistration {
  readonly appId: string;
  readonly said: Said;
  readonly token: TokenDigest;
  readonly initialTokenId: string | undefined;
  readonly source: string;
  readonly userAgent: string | undefined;
  readonly lifetimeSeconds: number;
}

export interface DueRegistration extends RegistrationFacts {
  readonly appId: string;
}

interface DueRow {
  app_id: string;
  state: RegistrationState;
  has_grant: boolean;
  is_wanted: boolean;
}

/** The app before its registration, and nobody else holds either: who is about to allow it something is waited for, not overtaken. */
const HELD = 'FOR UPDATE OF a, r SKIP LOCKED';

@Injectable()
export class RegistrationsRepository {
  async insert(tx: Transaction, { appId, said, token, ...rest }: NewRegistration): Promise<void> {
    await tx.manager.query(
      `INSERT INTO dynamic_registrations (app_id, said, token_digest, token_pepper, initial_token_id, source, user_agent, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, now() + make_interval(secs => $8))`,
      [
        appId,
        JSON.stringify(said),
        token.digest,
        token.pepperVersion,
        rest.initialTokenId ?? null,
        rest.source,
        rest.userAgent ?? null,
        rest.lifetimeSeconds,
      ],
    );
  }

  /** Of an app that is locked. */
  async find(tx: Transaction, appId: string): Promise<{ said: Said; token: TokenDigest } | undefined> {
    const [row] = await tx.manager.query<{ said: Said; token_digest: Buffer; token_pepper: string }[]>(
      'SELECT said, token_digest, token_pepper FROM dynamic_registrations WHERE app_id = $1',
      [appId],
    );
    return row && { said: row.said, token: { digest: row.token_digest, pepperVersion: row.token_pepper } };
  }

  async update(tx: Transaction, appId: string, { said, token }: { said: Said; token: TokenDigest }): Promise<void> {
    await tx.manager.query('UPDATE dynamic_registrations SET said = $2, token_digest = $3, token_pepper = $4 WHERE app_id = $1', [
      appId,
      JSON.stringify(said),
      token.digest,
      token.pepperVersion,
    ]);
  }

  async hasGrant(tx: Transaction, appId: string): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>('SELECT 1 FROM consents WHERE app_id = $1 LIMIT 1', [appId]);
    return rows.length > 0;
  }

  /** Locks those whose time is over. */
  holdDue(tx: Transaction, limit: number): Promise<{ app_id: string }[]> {
    return tx.manager.query(
      `SELECT r.app_id FROM dynamic_registrations r JOIN third_party_apps a ON a.id = r.app_id
        WHERE r.expires_at < now() ORDER BY r.expires_at LIMIT $1 ${HELD}`,
      [limit],
    );
  }

  /** Locks what nobody has used yet beyond the newest of them; these are counted first, because FOR UPDATE locks what OFFSET skips. */
  holdSurplus(tx: Transaction, kept: number, limit: number): Promise<{ app_id: string }[]> {
    return tx.manager.query(
      `SELECT r.app_id FROM dynamic_registrations r JOIN third_party_apps a ON a.id = r.app_id
        WHERE r.state = 'unused' AND r.app_id = ANY (ARRAY(
          SELECT app_id FROM dynamic_registrations WHERE state = 'unused' ORDER BY created_at DESC OFFSET $1 LIMIT $2)) ${HELD}`,
      [kept, limit],
    );
  }

  /** In a statement of its own after they are locked, so that it sees what was committed until then. */
  async look(tx: Transaction, appIds: readonly string[]): Promise<DueRegistration[]> {
    const rows = await tx.manager.query<DueRow[]>(
      `SELECT r.app_id, r.state, EXISTS (SELECT FROM consents c WHERE c.app_id = r.app_id) AS has_grant,
              a.state <> 'draft' OR EXISTS (SELECT FROM admitted_apps d WHERE d.app_id = r.app_id)
                OR EXISTS (SELECT FROM app_requests q WHERE q.app_id = r.app_id AND q.status = 'open') AS is_wanted
         FROM dynamic_registrations r JOIN third_party_apps a ON a.id = r.app_id WHERE r.app_id = ANY ($1)`,
      [appIds],
    );
    return rows.map((row) => ({ appId: row.app_id, state: row.state, hasGrant: row.has_grant, isWanted: row.is_wanted }));
  }

  /** With the last use, as far as the refresh tokens tell it: each code that was redeemed has begun a family of them. */
  async keep(tx: Transaction, appId: string, { state, seconds }: Exclude<Fate, 'gone'>): Promise<void> {
    await tx.manager.query(
      `UPDATE dynamic_registrations r SET state = $2, expires_at = now() + make_interval(secs => $3), last_used_at = greatest(last_used_at,
         (SELECT max(f.refreshed_at) FROM consents c JOIN refresh_families f ON f.org_id = c.org_id AND f.consent_id = c.id WHERE c.app_id = r.app_id))
        WHERE app_id = $1`,
      [appId, state, seconds],
    );
  }
}
