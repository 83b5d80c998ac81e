import { X509Certificate } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import {
  certificateThumbprint,
  keyCredentialId,
  type Client,
  type ClientAuthMethod,
  type ClientCertificate,
  type ClientProof,
  type OAuthRequest,
  type Zone,
} from '@countersign/oauth';
import { Configuration, zonesWithCertificates } from '../../../platform/config/index.js';
import { isStrongKey } from '../../../platform/x509/index.js';
import { authenticationFailed } from '../authentication-failed.js';
import { readCertificateClaim, type CertificateClaim } from '../certificates/certificate-claim.js';
import { TenantCertificates } from '../certificates/tenant-certificates.js';
import { ClientKeys } from '../client-keys.js';

/** RFC 8705 §2.2: nobody vouches for the certificate; its key is one of those that the client registered. */
@Injectable()
export class SelfSignedTlsClientAuthMethod implements ClientAuthMethod<CertificateClaim> {
  readonly name = 'self_signed_tls_client_auth';
  readonly metadataNames = ['self_signed_tls_client_auth'];
  readonly zones: readonly Zone[];
  readonly implicit = true;

  constructor(
    private readonly keys: ClientKeys,
    private readonly tenants: TenantCertificates,
    { settings }: Configuration,
  ) {
    this.zones = zonesWithCertificates(settings).filter((zone) => zone === 'external');
  }

  recognise(request: OAuthRequest): CertificateClaim | undefined {
    return readCertificateClaim(request);
  }

  async verify({ certificate }: CertificateClaim, client: Client): Promise<ClientProof> {
    const key = await keyOf(certificate);
    if (!(await this.keys.holds(client, key))) throw authenticationFailed('certificate_key_not_registered');
    this.tenants.refuseServices(certificate);
    const evidence = { key, certificate: certificateThumbprint(certificate.leaf) };
    return { credentialId: keyCredentialId(client.id, key), via: this.name, evidence };
  }

  verifyUnknown(): Promise<void> {
    return Promise.resolve();
  }
}

/** RFC 7638 thumbprint of the certificate's key: one certificate may follow another as long as the key stays. */
async function keyOf({ leaf }: ClientCertificate): Promise<string> {
  let certificate: X509Certificate;
  let thumbprint: string;
  try {
    certificate = new X509Certificate(leaf);
    thumbprint = await calculateJwkThumbprint(await exportJWK(certificate.publicKey));
  } catch (cause) {
    throw authenticationFailed('certificate_unreadable', cause);
  }
  // What a jwks_uri holds was not judged when it was registered.
  if (!isStrongKey(certificate)) throw authenticationFailed('certificate_weak_key');
  // MTLS-10: nothing but the certificate says how long it is good, and the connection may be older than its end.
  const now = Date.now();
  if (now < Date.parse(certificate.validFrom)) throw authenticationFailed('certificate_not_yet_valid');
  if (now > Date.parse(certificate.validTo)) throw authenticationFailed('certificate_expired');
  return thumbprint;
}
