import type { webcrypto } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AuditLog } from '../../platform/audit/index.js';
import { Changes } from '../../platform/changes/index.js';
import { Configuration, trustDomainOf } from '../../platform/config/index.js';
import { Sealer } from '../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { SYSTEM_ACT, type Act } from '../../directory/administration/index.js';
import { nextStep, type AuthorityStep } from './authority-lifecycle.policy.js';
import { generateAuthority, importSigningKey, type AuthorityRow } from './authority.js';
import { AuthoritiesRepository } from './authorities.repository.js';
import type { TrustBundle } from './svid.policy.js';
import { readCertificate, type CertificateFacts } from '../../platform/x509/index.js';

/** The authority that signs at present. */
export interface Signer {
  readonly id: string;
  readonly certificate: CertificateFacts;
  readonly key: webcrypto.CryptoKey;
}

/** The trust domain's own bundle. The sequence grows with every change of it. */
export interface OwnBundle extends TrustBundle {
  readonly sequence: number;
}

/** The authorities of our trust domain: made on the first start of all, shared by every replica, renewed with an overlap. */
@Injectable()
export class CertificateAuthority implements OnModuleInit {
  readonly trustDomain: string;
  /** Only a process of the internal zone can unwrap its keys. */
  private readonly signs: boolean;
  private rows: readonly AuthorityRow[] = [];
  private current: OwnBundle;
  private active: Signer | undefined;

  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: AuthoritiesRepository,
    private readonly sealer: Sealer,
    private readonly audit: AuditLog,
    private readonly changes: Changes,
    { settings }: Configuration,
  ) {
    this.trustDomain = trustDomainOf(settings);
    this.signs = settings.ZONES !== 'external';
    this.current = { trustDomain: this.trustDomain, authorities: [], sequence: 0 };
  }

  async onModuleInit(): Promise<void> {
    await this.takeDueSteps();
    await this.reload();
    this.changes.on('certificate_authorities', () => this.reload());
  }

  bundle(): OwnBundle {
    return this.current;
  }

  /** undefined: this process may not sign, or no authority may. */
  signer(): Signer | undefined {
    return this.active;
  }

  /** Those of the bundle, oldest first. */
  list(): readonly AuthorityRow[] {
    return this.rows.filter(({ status }) => status !== 'removed');
  }

  /** Throws when certificates should be issued here and cannot be. */
  assertUsable(): void {
    if (this.signs && !this.active) throw new Error('No certificate authority is active.');
  }

  stillSigns(tx: Transaction, signer: Signer): Promise<boolean> {
    return this.repository.isActive(tx, signer.id);
  }

  /** Makes, activates and removes what is due; safe on every replica at any time. */
  async takeDueSteps(): Promise<void> {
    if (!this.signs) return;
    await this.transactions.run(async (tx) => {
      await this.repository.lock(tx);
      for (;;) {
        const due = nextStep(await this.repository.list(tx, this.trustDomain), Date.now());
        if (!due) return;
        await this.take(tx, due);
      }
    });
  }

  /** Asks for the next authority before it is due; a process of the internal zone makes it. @returns false when it is on the way. */
  async replace(act: Act): Promise<boolean> {
    const id = await this.transactions.run(async (tx) => {
      await this.repository.lock(tx);
      const replaced = await this.repository.askForReplacement(tx, this.trustDomain);
      if (replaced !== undefined) await this.record(tx, 'replacement_asked', replaced, act);
      return replaced;
    });
    await this.takeDueSteps();
    return id !== undefined;
  }

  async reload(): Promise<void> {
    const rows = await this.transactions.run((tx) => this.repository.list(tx, this.trustDomain));
    const removed = rows.filter(({ status }) => status === 'removed').length;
    const authorities = rows.filter(({ status }) => status !== 'removed').map(({ certificate }) => factsOf(certificate));
    const active = this.signs ? await this.signerOf(rows.find(({ status }) => status === 'active')) : undefined;
    this.rows = rows;
    this.current = { trustDomain: this.trustDomain, authorities, sequence: rows.length + removed };
    this.active = active;
  }

  private async take(tx: Transaction, due: AuthorityStep): Promise<void> {
    const id = due.step === 'make' ? await this.make(tx) : due.id;
    if (due.step === 'activate') await this.repository.activate(tx, this.trustDomain, id);
    if (due.step === 'remove') await this.repository.remove(tx, id);
    await this.record(tx, { make: 'published', activate: 'activated', remove: 'removed' }[due.step], id, SYSTEM_ACT);
  }

  private async record(tx: Transaction, done: string, id: string, { actor, origin }: Act): Promise<void> {
    const target = { type: 'certificate_authority', id };
    await this.audit.record(tx, {
      action: `certificate_authority.${done}`,
      actor,
      origin,
      target,
      details: { trust_domain: this.trustDomain },
    });
    await this.changes.publish(tx, 'certificate_authorities', id);
  }

  private async make(tx: Transaction): Promise<string> {
    const authority = await generateAuthority(this.trustDomain, Date.now());
    const sealed = await this.sealer.seal('internal', purposeOf(authority.id), authority.privateKey);
    await this.repository.insertPublished(tx, this.trustDomain, authority, sealed);
    return authority.id;
  }

  private async signerOf(row: AuthorityRow | undefined): Promise<Signer | undefined> {
    if (!row?.sealed_private_key) return undefined;
    if (row.id === this.active?.id) return this.active;
    const pkcs8 = await this.sealer.open('internal', purposeOf(row.id), row.sealed_private_key);
    return { id: row.id, certificate: factsOf(row.certificate), key: await importSigningKey(pkcs8) };
  }
}

function purposeOf(id: string): string {
  return `certificate-authority:${id}`;
}

function factsOf(der: Buffer): CertificateFacts {
  const facts = readCertificate(der);
  if (!facts) throw new Error('A stored authority certificate cannot be read.');
  return facts;
}
