import { Injectable } from '@nestjs/common';
import type { Client, ClientAuthMethod, ClientCertificate, ClientClaim, ClientProof, OAuthRequest, Zone } from '@countersign/oauth';
import { CertificateAuthority, SvidVerifier } from '../../certificates/index.js';
import { authenticationFailed } from '../authentication-failed.js';

export interface CertificateClaim extends ClientClaim {
  readonly certificate: ClientCertificate;
}

/** RFC 8705 §2.1 for microservices: the certificate of the connection names the client by its SPIFFE id. */
@Injectable()
export class TlsClientAuthMethod implements ClientAuthMethod<CertificateClaim> {
  readonly name = 'tls_client_auth';
  readonly metadataNames = ['tls_client_auth'];
  readonly zones: readonly Zone[] = ['internal'];
  readonly implicit = true;

  constructor(
    private readonly certificates: SvidVerifier,
    private readonly authority: CertificateAuthority,
  ) {}

  recognise({ clientCertificate, params }: OAuthRequest): CertificateClaim | undefined {
    // RFC 8705 §2: the client_id parameter is required.
    const clientId = params.find('client_id');
    return clientId !== undefined && clientCertificate ? { clientId, certificate: clientCertificate } : undefined;
  }

  verify({ certificate }: CertificateClaim, client: Client): Promise<ClientProof> {
    const verdict = this.certificates.verify(certificate);
    if ('refusal' in verdict) throw authenticationFailed(`certificate_${verdict.refusal}`);
    const { spiffeId, trustDomain, commonName, thumbprint } = verdict.svid;
    if (client.spiffeId === undefined || spiffeId !== client.spiffeId) throw authenticationFailed('certificate_of_another_client');
    // Our own certificates hold the client's id: one of a deleted service does not open its successor of the same name.
    if (trustDomain === this.authority.trustDomain && commonName !== client.id)
      throw authenticationFailed('certificate_of_a_former_client');
    return Promise.resolve({ credentialId: thumbprint, via: 'tls_client_auth' });
  }

  verifyUnknown(): Promise<void> {
    return Promise.resolve();
  }
}
