import { Injectable } from '@nestjs/common';
import type { Client, ClientCertificate, ClientProof } from '@countersign/oauth';
import { CertificateAuthority, SvidVerifier } from '../../certificates/index.js';
import { authenticationFailed } from '../authentication-failed.js';

/** RFC 8705 §2.1 for microservices: the certificate names the client by its SPIFFE id. */
@Injectable()
export class ServiceCertificates {
  constructor(
    private readonly certificates: SvidVerifier,
    private readonly authority: CertificateAuthority,
  ) {}

  /** @throws OAuthError `invalid_client` */
  prove(certificate: ClientCertificate, client: Client): ClientProof {
    const verdict = this.certificates.verify(certificate);
    if ('refusal' in verdict) throw authenticationFailed(`certificate_${verdict.refusal}`);
    const { spiffeId, trustDomain, commonName, thumbprint } = verdict.svid;
    if (client.spiffeId === undefined || spiffeId !== client.spiffeId) throw authenticationFailed('certificate_of_another_client');
    // Our own certificates hold the client's id: one of a deleted service does not open its successor of the same name.
    if (trustDomain === this.authority.trustDomain && commonName !== client.id)
      throw authenticationFailed('certificate_of_a_former_client');
    return { credentialId: thumbprint, via: 'tls_client_auth' };
  }
}
