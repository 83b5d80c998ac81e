import { Injectable } from '@nestjs/common';
import type { Client, ClientAuthMethod, ClientProof, OAuthRequest, Zone } from '@countersign/oauth';
import { Configuration, zonesWithCertificates } from '../../../platform/config/index.js';
import { readCertificateClaim, type CertificateClaim } from '../certificates/certificate-claim.js';
import { ServiceCertificates } from '../certificates/service-certificates.js';
import { TenantCertificates } from '../certificates/tenant-certificates.js';

interface CertificateJudge {
  prove(certificate: CertificateClaim['certificate'], client: Client): ClientProof;
}

/** RFC 8705 §2.1: the client's certificate, and an authority that vouches for it: in each zone another one. */
@Injectable()
export class TlsClientAuthMethod implements ClientAuthMethod<CertificateClaim> {
  readonly name = 'tls_client_auth';
  readonly metadataNames = ['tls_client_auth'];
  readonly zones: readonly Zone[];
  readonly implicit = true;
  private readonly judges: Readonly<Record<Zone, CertificateJudge>>;

  constructor(services: ServiceCertificates, tenants: TenantCertificates, { settings }: Configuration) {
    this.zones = zonesWithCertificates(settings);
    this.judges = { internal: services, external: tenants };
  }

  recognise(request: OAuthRequest): CertificateClaim | undefined {
    return readCertificateClaim(request);
  }

  async verify({ certificate }: CertificateClaim, client: Client): Promise<ClientProof> {
    return this.judges[client.zone].prove(certificate, client);
  }

  verifyUnknown(): Promise<void> {
    return Promise.resolve();
  }
}
