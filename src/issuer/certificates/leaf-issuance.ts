import { Injectable } from '@nestjs/common';
import { certificateThumbprint } from '@countersign/oauth';
import { AuditLog, type AuditOrigin } from '../../platform/audit/index.js';
import { Configuration } from '../../platform/config/index.js';
import type { Transaction } from '../../platform/database/index.js';
import { httpProblem } from '../../platform/http/index.js';
import { CertificateAuthority } from './certificate-authority.service.js';
import type { CertificateSubject } from './certificate-subjects.js';
import { signLeaf, type Leaf } from './leaf.js';
import type { PublicKey } from '../../platform/x509/index.js';

export interface LeafOrder {
  readonly subject: CertificateSubject;
  readonly key: PublicKey;
  /** undefined: the longest that is allowed. */
  readonly lifetimeSeconds: number | undefined;
  /** On what ground, for the audit. */
  readonly ground: { readonly via: 'join_token' | 'renewal'; readonly join_token_id?: string; readonly renews?: string };
  readonly origin: AuditOrigin;
}

/** Signs certificates, each with its audit event: neither exists without the other. */
@Injectable()
export class LeafIssuance {
  private readonly longestSeconds: number;

  constructor(
    private readonly authority: CertificateAuthority,
    private readonly audit: AuditLog,
    { settings }: Configuration,
  ) {
    this.longestSeconds = settings.CERTIFICATE_LIFETIME_SECONDS;
  }

  /** @throws Problem `service_unavailable` while no authority may sign. */
  async issue(tx: Transaction, { subject, key, lifetimeSeconds = this.longestSeconds, ground, origin }: LeafOrder): Promise<Leaf> {
    const signer = this.authority.signer();
    if (!signer || !(await this.authority.stillSigns(tx, signer)))
      throw httpProblem('service_unavailable', 'The certificate authority is being replaced. Try again.', {
        headers: { 'retry-after': '2' },
      });
    const leaf = await signLeaf(signer, subject, key, Math.min(lifetimeSeconds, this.longestSeconds));
    await this.audit.record(tx, {
      action: 'certificate.issued',
      actor: { type: 'microservice', id: subject.id, name: subject.name },
      target: { type: 'certificate', id: leaf.serialNumber },
      origin,
      details: {
        ...ground,
        spiffe_id: subject.spiffeId,
        // As in `cnf` and `cred` of the tokens that it gets.
        'x5t#S256': certificateThumbprint(new Uint8Array(leaf.certificate.rawData)),
        authority: signer.id,
        expires_at: leaf.notAfter.toISOString(),
      },
    });
    return leaf;
  }
}
