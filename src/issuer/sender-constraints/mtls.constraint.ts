import { X509Certificate } from 'node:crypto';
import { certificateThumbprint, OAuthError, type OAuthRequest, type SenderConstraint, type SenderProof } from '@countersign/oauth';

/** RFC 8705 §3: the token is bound to the certificate of the connection, whoever signed it and however the client authenticated. */
export class MtlsConstraint implements SenderConstraint {
  readonly name = 'mtls';

  async prove({ clientCertificate }: OAuthRequest): Promise<SenderProof | undefined> {
    if (!clientCertificate) return undefined;
    // A connection may outlive its certificate; guards would refuse what is bound to one that has ended.
    if (!isCurrent(clientCertificate.leaf))
      throw new OAuthError(
        'invalid_request',
        'The client certificate of the connection has expired or is not valid yet. Connect with a current one.',
        {
          detail: 'certificate_not_current',
        },
      );
    return { constraint: this.name, cnf: { 'x5t#S256': certificateThumbprint(clientCertificate.leaf) } };
  }
}

function isCurrent(der: Buffer): boolean {
  const { validFrom, validTo } = new X509Certificate(der);
  const now = Date.now();
  return Date.parse(validFrom) <= now && now <= Date.parse(validTo);
}
