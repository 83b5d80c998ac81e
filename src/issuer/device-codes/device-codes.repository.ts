import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/index.js';
import type { AllowedAccess, AllowedDeviceCode, DeviceRequestFacts, DeviceState, PolledDeviceCode, WaitingDevice } from './device-code.js';

interface WaitingRow {
  digest: Buffer;
  client_id: string;
  api_id: string;
  scopes: string[];
  ip: string;
  created_at: Date;
}

interface PolledRow {
  digest: Buffer;
  client_id: string;
  api_id: string;
  scopes: string[];
  state: DeviceState;
  interval_seconds: number;
  polled_at: Date | null;
  usable_until: Date;
  family_id: string;
  org_id: string | null;
  consent_id: string;
  user_id: string;
  auth_time: Date;
  acr: string;
  amr: string[];
  now: Date;
}

export interface NewDeviceCode extends DeviceRequestFacts {
  readonly digest: Buffer;
  readonly userCodeDigest: Buffer;
  readonly familyId: string;
  readonly intervalSeconds: number;
}

/** In seconds from now: so long it can be used, and so long it is known. */
export interface DeviceCodeLife {
  readonly usable: number;
  readonly known: number;
}

@Injectable()
export class DeviceCodesRepository {
  /** False where another device has the same user code. */
  async insert(tx: Transaction, code: NewDeviceCode, life: DeviceCodeLife): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH made AS (
         INSERT INTO device_codes (digest, user_code_digest, client_id, api_id, scopes, ip, family_id, interval_seconds, usable_until, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9), now() + make_interval(secs => $10))
         ON CONFLICT (user_code_digest) DO NOTHING RETURNING 1) SELECT * FROM made`,
      [
        code.digest,
        code.userCodeDigest,
        code.clientId,
        code.apiId,
        code.scopes,
        code.ip,
        code.familyId,
        code.intervalSeconds,
        life.usable,
        life.known,
      ],
    );
    return rows.length > 0;
  }

  async findWaiting(tx: Transaction, userCodeDigests: readonly Buffer[]): Promise<WaitingDevice | undefined> {
    const [row] = await tx.manager.query<WaitingRow[]>(
      `SELECT digest, client_id, api_id, scopes, ip, created_at FROM device_codes
        WHERE user_code_digest = ANY ($1) AND state = 'waiting' AND usable_until > now()`,
      [userCodeDigests],
    );
    return row && toWaiting(row);
  }

  async isWaiting(tx: Transaction, digest: Buffer): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>(
      `SELECT 1 FROM device_codes WHERE digest = $1 AND state = 'waiting' AND usable_until > now()`,
      [digest],
    );
    return rows.length > 0;
  }

  /**
   * False where somebody was faster, or its time is over. Waits for whoever takes back the consent. The device hears of it however late it
   * was: it has so many seconds at least to ask once more.
   */
  async allow(tx: Transaction, digest: Buffer, access: AllowedAccess, leastSeconds: number): Promise<boolean> {
    const { orgId, consentId, userId, scopes, authentication } = access;
    const { authTime, acr, amr } = authentication;
    const rows = await tx.manager.query<unknown[]>(
      `WITH allowed AS (
         UPDATE device_codes SET state = 'allowed', org_id = $2, consent_id = $3, user_id = $4, scopes = $5, auth_time = to_timestamp($6), acr = $7, amr = $8,
                usable_until = greatest(usable_until, now() + make_interval(secs => $9))
          WHERE digest = $1 AND state = 'waiting' AND usable_until > now() RETURNING 1) SELECT * FROM allowed`,
      [digest, orgId, consentId, userId, scopes, authTime, acr, amr, leastSeconds],
    );
    return rows.length > 0;
  }

  /** False where somebody was faster. */
  async deny(tx: Transaction, digest: Buffer): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH denied AS (UPDATE device_codes SET state = 'denied' WHERE digest = $1 AND state = 'waiting' RETURNING 1) SELECT * FROM denied`,
      [digest],
    );
    return rows.length > 0;
  }

  /** Only of the client that asked for it. Locks it: of two requests at once the second one came too early. */
  async findForUpdate(tx: Transaction, digests: readonly Buffer[], clientId: string): Promise<PolledDeviceCode | undefined> {
    const [row] = await tx.manager.query<PolledRow[]>(
      'SELECT *, clock_timestamp() AS now FROM device_codes WHERE digest = ANY ($1) AND client_id = $2 FOR NO KEY UPDATE',
      [digests, clientId],
    );
    return row && toPolled(row);
  }

  async notePoll(tx: Transaction, digest: Buffer, slowerBySeconds: number): Promise<void> {
    await tx.manager.query(
      'UPDATE device_codes SET polled_at = clock_timestamp(), interval_seconds = interval_seconds + $2 WHERE digest = $1',
      [digest, slowerBySeconds],
    );
  }

  /** Until the transaction ends the consent is not withdrawn; false where it is gone. */
  async holdConsent(tx: Transaction, { orgId, consentId }: AllowedDeviceCode): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>('SELECT 1 FROM consents WHERE org_id = $1 AND id = $2 FOR KEY SHARE', [
      orgId,
      consentId,
    ]);
    return rows.length > 0;
  }

  /** False where somebody was faster. */
  async redeem(tx: Transaction, digest: Buffer): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH redeemed AS (UPDATE device_codes SET state = 'redeemed' WHERE digest = $1 AND state = 'allowed' RETURNING 1) SELECT * FROM redeemed`,
      [digest],
    );
    return rows.length > 0;
  }

  async reap(tx: Transaction, limit: number): Promise<number> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH dead AS (DELETE FROM device_codes WHERE digest IN
         (SELECT digest FROM device_codes WHERE expires_at < now() ORDER BY expires_at LIMIT $1) RETURNING 1) SELECT * FROM dead`,
      [limit],
    );
    return rows.length;
  }
}

function toWaiting({ digest, client_id, api_id, scopes, ip, created_at }: WaitingRow): WaitingDevice {
  return { id: digest.toString('base64url'), clientId: client_id, apiId: api_id, scopes, ip, createdAt: created_at };
}

function toPolled(row: PolledRow): PolledDeviceCode {
  return {
    state: row.state,
    digest: row.digest,
    intervalSeconds: row.interval_seconds,
    polledAt: row.polled_at ?? undefined,
    usableUntil: row.usable_until,
    now: row.now,
    allowed: row.org_id === null ? undefined : toAllowed(row, row.org_id),
  };
}

function toAllowed(row: PolledRow, orgId: string): AllowedDeviceCode {
  return {
    digest: row.digest,
    orgId,
    consentId: row.consent_id,
    clientId: row.client_id,
    userId: row.user_id,
    apiId: row.api_id,
    scopes: row.scopes,
    authentication: { authTime: Math.floor(row.auth_time.getTime() / 1000), acr: row.acr, amr: row.amr },
    familyId: row.family_id,
  };
}
