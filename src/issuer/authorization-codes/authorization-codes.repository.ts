import { Injectable } from '@nestjs/common';
import { columnsOf, type Transaction } from '../../platform/database/index.js';
import type { StoredCode } from './authorization-code.js';

interface CodeRow {
  digest: Buffer;
  org_id: string;
  consent_id: string;
  client_id: string;
  user_id: string;
  api_id: string;
  scopes: string[];
  redirect_uri: string;
  redirect_uri_was_sent: boolean;
  code_challenge: string;
  dpop_jkt: string | null;
  auth_time: Date;
  acr: string;
  amr: string[];
  session_id: string | null;
  nonce: string | null;
  family_id: string;
  redeemable_until: Date;
  redeemed_at: Date | null;
}

const COLUMNS = columnsOf<CodeRow>({
  digest: true,
  org_id: true,
  consent_id: true,
  client_id: true,
  user_id: true,
  api_id: true,
  scopes: true,
  redirect_uri: true,
  redirect_uri_was_sent: true,
  code_challenge: true,
  dpop_jkt: true,
  auth_time: true,
  acr: true,
  amr: true,
  session_id: true,
  nonce: true,
  family_id: true,
  redeemable_until: true,
  redeemed_at: true,
});

@Injectable()
export class AuthorizationCodesRepository {
  async insert(tx: Transaction, code: StoredCode, expiresAt: Date): Promise<void> {
    const { authTime, acr, amr } = code.authentication;
    await tx.manager.query(
      `INSERT INTO authorization_codes (digest, org_id, consent_id, client_id, user_id, api_id, scopes, redirect_uri, redirect_uri_was_sent,
         code_challenge, auth_time, acr, amr, family_id, redeemable_until, expires_at, dpop_jkt, session_id, nonce)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11), $12, $13, $14, $15, $16, $17, $18, $19)`,
      [
        code.digest,
        code.orgId,
        code.consentId,
        code.clientId,
        code.userId,
        code.apiId,
        code.scopes,
        code.redirectUri,
        code.redirectUriWasSent,
        code.codeChallenge,
        authTime,
        acr,
        amr,
        code.familyId,
        code.redeemableUntil,
        expiresAt,
        code.dpopJkt ?? null,
        code.sessionId ?? null,
        code.nonce ?? null,
      ],
    );
  }

  async find(tx: Transaction, digests: readonly Buffer[]): Promise<StoredCode | undefined> {
    const [row] = await tx.manager.query<CodeRow[]>(`SELECT ${COLUMNS} FROM authorization_codes WHERE digest = ANY ($1)`, [digests]);
    return row && toCode(row);
  }

  /** Until the transaction ends the consent is not withdrawn; false where it is gone. */
  async holdConsent(tx: Transaction, { orgId, consentId }: StoredCode): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>('SELECT 1 FROM consents WHERE org_id = $1 AND id = $2 FOR KEY SHARE', [
      orgId,
      consentId,
    ]);
    return rows.length > 0;
  }

  /** False where somebody was faster. */
  async redeem(tx: Transaction, digest: Buffer): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH redeemed AS (UPDATE authorization_codes SET redeemed_at = now() WHERE digest = $1 AND redeemed_at IS NULL RETURNING 1) SELECT 1 FROM redeemed`,
      [digest],
    );
    return rows.length > 0;
  }

  /** False where it is gone already. */
  async delete(tx: Transaction, digest: Buffer): Promise<boolean> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH gone AS (DELETE FROM authorization_codes WHERE digest = $1 RETURNING 1) SELECT * FROM gone`,
      [digest],
    );
    return rows.length > 0;
  }

  async reap(tx: Transaction, limit: number): Promise<number> {
    const rows = await tx.manager.query<unknown[]>(
      `WITH dead AS (DELETE FROM authorization_codes WHERE digest IN
         (SELECT digest FROM authorization_codes WHERE expires_at < now() ORDER BY expires_at LIMIT $1) RETURNING 1) SELECT * FROM dead`,
      [limit],
    );
    return rows.length;
  }
}

function toCode(row: CodeRow): StoredCode {
  return {
    digest: row.digest,
    orgId: row.org_id,
    consentId: row.consent_id,
    clientId: row.client_id,
    userId: row.user_id,
    apiId: row.api_id,
    scopes: row.scopes,
    redirectUri: row.redirect_uri,
    redirectUriWasSent: row.redirect_uri_was_sent,
    codeChallenge: row.code_challenge,
    dpopJkt: row.dpop_jkt ?? undefined,
    authentication: { authTime: Math.floor(row.auth_time.getTime() / 1000), acr: row.acr, amr: row.amr },
    sessionId: row.session_id ?? undefined,
    nonce: row.nonce ?? undefined,
    familyId: row.family_id,
    redeemableUntil: row.redeemable_until,
    redeemedAt: row.redeemed_at ?? undefined,
  };
}
