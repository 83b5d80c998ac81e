import { Injectable } from '@nestjs/common';
import type { AccessTokenAlg, Zone } from '@countersign/oauth';
import type { Transaction } from '../../platform/database/index.js';
import type { SigningKeyRow } from './signing-key.js';

/** Any fixed number: lets one of many starting replicas make the first keys. */
const FIRST_KEYS_LOCK = 7_262_912;

@Injectable()
export class SigningKeysRepository {
  async lock(tx: Transaction): Promise<void> {
    await tx.manager.query('SELECT pg_advisory_xact_lock($1)', [FIRST_KEYS_LOCK]);
  }

  listUsable(tx: Transaction, zones: readonly Zone[]): Promise<SigningKeyRow[]> {
    return tx.manager.query(`SELECT * FROM signing_keys WHERE zone = ANY($1) AND status <> 'removed' ORDER BY created_at, kid`, [zones]);
  }

  async insertActive(
    tx: Transaction,
    key: { kid: string; zone: Zone; alg: AccessTokenAlg; publicJwk: object; sealed: string },
  ): Promise<void> {
    await tx.manager.query(
      `INSERT INTO signing_keys (kid, zone, alg, status, public_jwk, sealed_private_key, activated_at) VALUES ($1, $2, $3, 'active', $4, $5, now())`,
      [key.kid, key.zone, key.alg, JSON.stringify(key.publicJwk), key.sealed],
    );
  }
}
