import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompactSign, compactDecrypt, decodeJwt, type CompactJWSHeaderParameters, type JWTPayload } from 'jose';
import type { TestServer } from './countersign.js';

export interface StolenKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: KeyObject;
}

/** A private signing key of the running server, opened with the key-encryption key of its data folder. */
export async function stealSigningKey(server: TestServer, zone: 'external' | 'internal', alg: string): Promise<StolenKey> {
  const [row] = await server.sql<{ kid: string; sealed: string }>(
    `SELECT kid, sealed_private_key AS sealed FROM signing_keys WHERE zone = $1 AND alg = $2 AND status = 'active'`,
    [zone, alg],
  );
  if (!row) throw new Error(`The ${zone} zone has no ${alg} key.`);
  const kek = Buffer.from(readFileSync(join(server.files.dataDir, `key-encryption-key-${zone}.key`), 'utf8'), 'base64');
  const { plaintext } = await compactDecrypt(row.sealed, kek);
  return { kid: row.kid, alg, privateKey: createPrivateKey({ key: Buffer.from(plaintext), format: 'der', type: 'pkcs8' }) };
}

export interface Forgery {
  header?: Record<string, unknown>;
  /** Replaces or adds claims of the genuine token; `undefined` leaves one out. Text is taken as the payload itself. */
  claims?: JWTPayload | string;
}

/** Signs what the issuer never would, so that a refusal is about the content and not about the signature. */
export function forgeWith(key: StolenKey, genuine: string, { header = {}, claims = {} }: Forgery = {}): Promise<string> {
  const payload = typeof claims === 'string' ? claims : JSON.stringify({ ...decodeJwt(genuine), ...claims });
  const protectedHeader = { alg: key.alg, typ: 'at+jwt', kid: key.kid, ...header } as CompactJWSHeaderParameters;
  return new CompactSign(Buffer.from(payload)).setProtectedHeader(protectedHeader).sign(key.privateKey, { crit: { exp: true, b64: true } });
}
