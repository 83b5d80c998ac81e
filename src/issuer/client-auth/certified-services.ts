import { Injectable } from '@nestjs/common';
import type { ClientCertificate } from '@countersign/oauth';
import { MicroserviceSource } from '../../directory/microservice-identities/index.js';
import { SvidVerifier } from '../certificates/index.js';
import { authenticationFailed } from './authentication-failed.js';

/** The microservice that a certificate names. */
export interface CertifiedService {
  readonly id: string;
  readonly spiffeId: string;
  /** Milliseconds since 1970. */
  readonly validUntil: number;
}

/** Finds the microservice of a certificate where no `client_id` names it. Whether it may come in is not asked here. */
@Injectable()
export class CertifiedServices {
  constructor(
    private readonly certificates: SvidVerifier,
    private readonly microservices: MicroserviceSource,
  ) {}

  /** @throws OAuthError `invalid_client` */
  async identify(certificate: ClientCertificate | undefined): Promise<CertifiedService> {
    if (!certificate) throw authenticationFailed('no_certificate');
    const verdict = this.certificates.verify(certificate);
    if ('refusal' in verdict) throw authenticationFailed(`certificate_${verdict.refusal}`);
    const { spiffeId, validUntil } = verdict.svid;
    const id = await this.microservices.idOf(spiffeId);
    if (id === undefined) throw authenticationFailed('certificate_of_no_service');
    return { id, spiffeId, validUntil };
  }
}
