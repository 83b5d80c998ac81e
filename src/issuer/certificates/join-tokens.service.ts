import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import { mintSecret } from '@countersign/oauth';
import { actOf, ChangeRecorder, notFound, requireOperator } from '../../directory/administration/index.js';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { newId, SecretDigests } from '../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { Problem } from '../../platform/http/index.js';
import { Idempotency, type Submission } from '../../platform/idempotency/index.js';
import { CertificateAuthority } from './certificate-authority.service.js';
import { CERTIFICATES_PROBLEMS } from './certificates.errors.js';
import { CertificateSubjects, type CertificateSubject } from './certificate-subjects.js';
import { authoritiesInPem } from './bundle-document.js';
import {
  DEFAULT_JOIN_SECONDS,
  JoinTokenDocument,
  JoinTokenList,
  type CreateJoinToken,
  type MintedJoinToken,
} from './dto/join-token.dto.js';
import { JoinTokensRepository } from './join-tokens.repository.js';

/** One-time tokens against which a service gets its first certificate. Operators make them. */
@Injectable()
export class JoinTokens {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: JoinTokensRepository,
    private readonly digests: SecretDigests,
    private readonly subjects: CertificateSubjects,
    private readonly authority: CertificateAuthority,
    private readonly recorder: ChangeRecorder,
    private readonly idempotency: Idempotency,
  ) {}

  async create(caller: Caller, submission: Submission, microserviceId: string, body: CreateJoinToken): Promise<MintedJoinToken> {
    requireOperator(caller);
    const subject = await this.subjectOf(microserviceId);
    const work = (tx: Transaction): Promise<MintedJoinToken> => this.mint(tx, caller, submission.origin, subject, body);
    return this.transactions.run((tx) => this.idempotency.once(tx, submission.idempotency, () => work(tx), 'join_token'));
  }

  async list(caller: Caller, microserviceId: string): Promise<JoinTokenList> {
    requireOperator(caller);
    await this.subjectOf(microserviceId);
    return JoinTokenList.from(await this.transactions.run((tx) => this.repository.list(tx, microserviceId)));
  }

  async delete(caller: Caller, origin: AuditOrigin, microserviceId: string, id: string): Promise<void> {
    requireOperator(caller);
    await this.transactions.run(async (tx) => {
      const row = await this.repository.delete(tx, microserviceId, id);
      if (!row) throw notFound();
      await this.recorder.record(tx, actOf(caller, origin), {
        action: 'microservice.join_token.deleted',
        target: { type: 'join_token', id },
        details: { microservice_id: microserviceId, hint: row.hint },
      });
    });
  }

  private async mint(
    tx: Transaction,
    caller: Caller,
    origin: AuditOrigin,
    subject: CertificateSubject,
    { lifetime_seconds: lifetimeSeconds = DEFAULT_JOIN_SECONDS }: CreateJoinToken,
  ): Promise<MintedJoinToken> {
    const text = mintSecret('csn_join');
    const { digest, pepperVersion } = this.digests.digest(text);
    const token = { id: newId('jtk'), microserviceId: subject.id, digest, pepperVersion, hint: text.slice(-4), createdBy: caller.clientId };
    const row = await this.repository.insert(tx, { ...token, lifetimeSeconds });
    await this.recorder.record(tx, actOf(caller, origin), {
      action: 'microservice.join_token.created',
      target: { type: 'join_token', id: row.id },
      details: { microservice_id: subject.id, spiffe_id: subject.spiffeId, hint: row.hint, expires_at: row.expires_at.toISOString() },
    });
    const ca_certificates = authoritiesInPem(this.authority.bundle());
    return { ...JoinTokenDocument.from(row), join_token: text, spiffe_id: subject.spiffeId, ca_certificates };
  }

  private async subjectOf(microserviceId: string): Promise<CertificateSubject> {
    const subject = await this.subjects.find(microserviceId);
    if (!subject) throw notFound();
    if (subject === 'foreign')
      throw new Problem(
        CERTIFICATES_PROBLEMS,
        'foreign_trust_domain',
        `The microservice belongs to another trust domain than ${this.authority.trustDomain}. Get its certificates from the authority of that domain.`,
      );
    return subject;
  }
}
