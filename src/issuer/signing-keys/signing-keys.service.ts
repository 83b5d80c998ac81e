import { createHash, createPrivateKey } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { JWK } from 'jose';
import { OAuthError, ZONES, type AccessTokenAlg, type Zone } from '@countersign/oauth';
import { LocalJwks } from '@countersign/resource-server';
import { AuditLog } from '../../platform/audit/index.js';
import { Changes } from '../../platform/changes/index.js';
import { Configuration, servesZone } from '../../platform/config/index.js';
import { Sealer } from '../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { ALGORITHMS_OF_ZONE, generateSigningKey, type SigningKeyRow } from './signing-key.js';
import { SigningKeysRepository } from './signing-keys.repository.js';
import { TokenSigner } from './token-signer.js';

export interface PublishedKeys {
  readonly jwks: { keys: JWK[] };
  readonly body: string;
  readonly etag: string;
}

interface ZoneKeys {
  rows: readonly SigningKeyRow[];
  signers: ReadonlyMap<AccessTokenAlg, TokenSigner>;
  published: PublishedKeys;
}

type NewSigningKey = Parameters<SigningKeysRepository['insertActive']>[1];

/** The signing keys of the zones this process serves, made on the first start of all and shared by every replica; of the other zone the public halves. */
@Injectable()
export class SigningKeys implements OnModuleInit {
  /** What this process verifies tokens with. */
  readonly verificationKeys: Readonly<Record<Zone, LocalJwks>> = { external: new LocalJwks(), internal: new LocalJwks() };
  private readonly zones: readonly Zone[];
  private byZone: Partial<Record<Zone, ZoneKeys>> = {};

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: SigningKeysRepository,
    private readonly sealer: Sealer,
    private readonly audit: AuditLog,
    private readonly changes: Changes,
    { settings }: Configuration,
  ) {
    this.zones = ZONES.filter((zone) => servesZone(settings, zone));
  }

  async onModuleInit(): Promise<void> {
    await this.makeFirstKeys();
    await this.reload();
    this.changes.on('signing_keys', () => this.reload());
  }

  /** @throws OAuthError `temporarily_unavailable` when no key may sign: a token is never signed by anything else. */
  signer(zone: Zone, alg: AccessTokenAlg): TokenSigner {
    const signer = this.byZone[zone]?.signers.get(alg);
    if (!signer)
      throw new OAuthError('temporarily_unavailable', 'No signing key is available. Try again shortly.', {
        detail: `no_${alg}_key`,
        headers: { 'retry-after': '5' },
      });
    return signer;
  }

  published(zone: Zone): PublishedKeys | undefined {
    return this.byZone[zone]?.published;
  }

  list(): readonly SigningKeyRow[] {
    return this.zones.flatMap((zone) => this.byZone[zone]?.rows ?? []);
  }

  /** Throws when some algorithm of a served zone has no active key. */
  assertUsable(): void {
    for (const zone of this.zones) for (const alg of ALGORITHMS_OF_ZONE[zone]) this.signer(zone, alg);
  }

  /** Made before anything is locked: an RSA key takes a busy machine seconds, and replicas that start together would wait for it. */
  private async makeFirstKeys(): Promise<void> {
    const missing = await this.transactions.run((tx) => this.missingKeys(tx));
    const made = await Promise.all(missing.map(({ zone, alg }) => this.makeKey(zone, alg)));
    if (made.length === 0) return;
    await this.transactions.run(async (tx) => {
      await this.repository.lock(tx);
      const still = await this.missingKeys(tx);
      for (const key of made) if (still.some(({ zone, alg }) => zone === key.zone && alg === key.alg)) await this.keep(tx, key);
    });
  }

  private async missingKeys(tx: Transaction): Promise<{ zone: Zone; alg: AccessTokenAlg }[]> {
    const present = await this.repository.listUsable(tx, this.zones);
    const wanted = this.zones.flatMap((zone) => ALGORITHMS_OF_ZONE[zone].map((alg) => ({ zone, alg })));
    return wanted.filter(({ zone, alg }) => !present.some((key) => key.zone === zone && key.alg === alg && key.status === 'active'));
  }

  private async makeKey(zone: Zone, alg: AccessTokenAlg): Promise<NewSigningKey> {
    const { kid, publicJwk, privateKey } = await generateSigningKey(alg);
    const sealed = await this.sealer.seal(zone, `signing-key:${kid}`, privateKey.export({ format: 'der', type: 'pkcs8' }));
    return { kid, zone, alg, publicJwk, sealed };
  }

  private async keep(tx: Transaction, key: NewSigningKey): Promise<void> {
    await this.repository.insertActive(tx, key);
    await this.audit.record(tx, {
      action: 'signing_key.activated',
      actor: { type: 'system' },
      target: { type: 'signing_key', id: key.kid },
      details: { zone: key.zone, alg: key.alg },
    });
    await this.changes.publish(tx, 'signing_keys', key.kid);
  }

  private async reload(): Promise<void> {
    const rows = await this.transactions.run((tx) => this.repository.listUsable(tx, ZONES));
    const next: Partial<Record<Zone, ZoneKeys>> = {};
    // Of both zones: a process of the internal zone alone verifies the external tokens that it exchanges.
    for (const zone of ZONES)
      next[zone] = await this.keysOf(
        zone,
        rows.filter((row) => row.zone === zone),
      );
    for (const zone of ZONES) {
      const jwks = next[zone]?.published.jwks;
      // A zone that nobody has served yet has no keys: no token of it can be good.
      if (jwks?.keys.length) await this.verificationKeys[zone].replace(jwks);
    }
    this.byZone = next;
  }

  private async keysOf(zone: Zone, rows: readonly SigningKeyRow[]): Promise<ZoneKeys> {
    const signers = new Map<AccessTokenAlg, TokenSigner>();
    for (const row of rows.filter(({ status }) => status === 'active' && this.zones.includes(zone))) {
      const der = await this.sealer.open(zone, `signing-key:${row.kid}`, row.sealed_private_key);
      signers.set(row.alg, new TokenSigner(row.kid, row.alg, createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })));
    }
    const jwks = { keys: rows.map((row) => row.public_jwk) };
    const body = JSON.stringify(jwks);
    return { rows, signers, published: { jwks, body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` } };
  }
}
