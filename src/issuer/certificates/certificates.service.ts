import { Injectable } from '@nestjs/common';
import type { ClientCertificate } from '@countersign/oauth';
import type { AuditOrigin } from '../../platform/audit/index.js';
import { PlatformTransactions } from '../../platform/database/index.js';
import { Problem } from '../../platform/http/index.js';
import { authoritiesInPem } from './bundle-document.js';
import { CertificateAuthority } from './certificate-authority.service.js';
import { CertificateRefusals, type RefusedCertificate } from './certificate-refusals.js';
import { CertificateRequestRefused, provenKeyOf } from './certificate-request.js';
import { CertificateSubjects, type CertificateSubject } from './certificate-subjects.js';
import { CERTIFICATES_PROBLEMS } from './certificates.errors.js';
import { CertificateDocument, type RequestCertificate } from './dto/certificate.dto.js';
import { JoinTokenRedemption } from './join-token-redemption.js';
import { LeafIssuance } from './leaf-issuance.js';
import type { Leaf } from './leaf.js';
import { SvidVerifier } from './svid-verifier.js';
import type { PublicKey } from '../../platform/x509/index.js';

type Outcome = { readonly leaf: Leaf; readonly subject: CertificateSubject } | { readonly refused: RefusedCertificate };

/** Gives services their certificates: the first against a join token, the next against the current one. */
@Injectable()
export class Certificates {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly authority: CertificateAuthority,
    private readonly subjects: CertificateSubjects,
    private readonly joinTokens: JoinTokenRedemption,
    private readonly verifier: SvidVerifier,
    private readonly issuance: LeafIssuance,
    private readonly refusals: CertificateRefusals,
  ) {}

  /** @param shown is what the connection proved. @throws Problem of CERTIFICATES_PROBLEMS */
  async issue(body: RequestCertificate, shown: ClientCertificate | undefined, origin: AuditOrigin): Promise<CertificateDocument> {
    await this.refusals.limitSource(origin);
    const { join_token: token } = body;
    const outcome = await (token === undefined ? this.renew(body, shown, origin) : this.join(body, token, origin));
    if ('refused' in outcome) throw await this.refusals.record(outcome.refused, origin);
    return CertificateDocument.from(outcome.leaf, outcome.subject, authoritiesInPem(this.authority.bundle()));
  }

  private async join(body: RequestCertificate, token: string, origin: AuditOrigin): Promise<Outcome> {
    const presented = await this.transactions.run((tx) => this.joinTokens.inspect(tx, token));
    if (presented.state === 'unknown') return { refused: { reason: 'join_token_unknown' } };
    const { id, state, microserviceId } = presented;
    if (state !== 'usable') return { refused: { reason: `join_token_${state}`, microserviceId } };
    const subject = await this.subjects.find(microserviceId);
    if (!subject || subject === 'foreign' || !subject.active) return { refused: { reason: 'microservice_disabled', microserviceId } };
    const key = await keyOf(body.certificate_request);
    const ground = { via: 'join_token', join_token_id: id } as const;
    return this.transactions.run(async (tx) => {
      if (!(await this.joinTokens.spend(tx, id))) return { refused: { reason: 'join_token_used', microserviceId } };
      return { subject, leaf: await this.issuance.issue(tx, { subject, key, lifetimeSeconds: body.lifetime_seconds, ground, origin }) };
    });
  }

  private async renew(body: RequestCertificate, shown: ClientCertificate | undefined, origin: AuditOrigin): Promise<Outcome> {
    if (!shown) return { refused: { reason: 'no_certificate' } };
    const verdict = this.verifier.verify(shown);
    if ('refusal' in verdict) return { refused: { reason: verdict.refusal } };
    const { spiffeId, trustDomain, commonName = '', thumbprint } = verdict.svid;
    // A service of another domain renews with its own authority.
    if (trustDomain !== this.authority.trustDomain) return { refused: { reason: 'other_trust_domain' } };
    const subject = await this.subjects.find(commonName);
    // A service that was made anew under the old name has another id, and this certificate is not its own.
    if (!subject || subject === 'foreign' || subject.spiffeId !== spiffeId) return { refused: { reason: 'microservice_unknown' } };
    if (!subject.active) return { refused: { reason: 'microservice_disabled', microserviceId: subject.id } };
    await this.refusals.limit(subject.id);
    const key = await keyOf(body.certificate_request);
    const order = { subject, key, lifetimeSeconds: body.lifetime_seconds, ground: { via: 'renewal', renews: thumbprint }, origin } as const;
    const leaf = await this.transactions.run((tx) => this.issuance.issue(tx, order));
    return { subject, leaf };
  }
}

async function keyOf(certificateRequest: string): Promise<PublicKey> {
  try {
    return await provenKeyOf(certificateRequest);
  } catch (error) {
    if (!(error instanceof CertificateRequestRefused)) throw error;
    throw new Problem(CERTIFICATES_PROBLEMS, 'certificate_request_invalid', `The certificate request is refused. ${error.message}`, {
      errors: [{ location: '/certificate_request', message: error.message, fix: 'Make a new request, such as with openssl req -new.' }],
    });
  }
}
