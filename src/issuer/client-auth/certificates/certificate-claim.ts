import type { ClientCertificate, ClientClaim, OAuthRequest } from '@countersign/oauth';

export interface CertificateClaim extends ClientClaim {
  readonly certificate: ClientCertificate;
}

/** RFC 8705 §2: the client_id parameter is required; the certificate says nothing of whom it is for. */
export function readCertificateClaim({ clientCertificate, params }: OAuthRequest): CertificateClaim | undefined {
  const clientId = params.find('client_id');
  return clientId !== undefined && clientCertificate ? { clientId, certificate: clientCertificate } : undefined;
}
