import { X509Certificate } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import {
  certificateThumbprint,
  OAuthError,
  type ClientCertificate,
  type OAuthRequest,
  type SenderConstraint,
  type SenderProof,
} from '@countersign/oauth';

interface Read {
  readonly proof: SenderProof;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
}

/** By certificate as a connection shows it: reading one is dear, and a kept connection asks again and again. */
const READ = new WeakMap<ClientCertificate, Read>();

/** RFC 8705 §3: the token is bound to the certificate of the connection, whoever signed it and however the client authenticated. */
@Injectable()
export class MtlsConstraint implements SenderConstraint {
  readonly name = 'mtls';

  async prove({ clientCertificate }: OAuthRequest): Promise<SenderProof | undefined> {
    if (!clientCertificate) return undefined;
    const { proof, from, until } = readOnce(clientCertificate);
    const now = Date.now();
    // A connection may outlive its certificate; guards would refuse what is bound to one that has ended.
    if (from <= now && now <= until) return proof;
    throw new OAuthError(
      'invalid_request',
      'The client certificate of the connection has expired or is not valid yet. Connect with a current one.',
      { detail: 'certificate_not_current' },
    );
  }
}

function readOnce(certificate: ClientCertificate): Read {
  let read = READ.get(certificate);
  if (!read) {
    const { validFrom, validTo } = new X509Certificate(certificate.leaf);
    const proof = { constraint: 'mtls', cnf: { 'x5t#S256': certificateThumbprint(certificate.leaf) } };
    read = { proof, from: Date.parse(validFrom), until: Date.parse(validTo) };
    READ.set(certificate, read);
  }
  return read;
}
