import { X509Certificate } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { calculateJwkThumbprint, exportJWK } from 'jose';
import { LRUCache } from 'lru-cache';
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

const MAX_KEPT = 10_000;

/** What a certificate says, times in milliseconds since 1970. */
interface ReadKey {
  /** RFC 7638 thumbprint: one certificate may follow another as long as the key stays. */
  readonly key: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

/** RFC 8705 §2.2: nobody vouches for the certificate; its key is one of those that the client registered. */
@Injectable()
export class SelfSignedTlsClientAuthMethod implements ClientAuthMethod<CertificateClaim> {
  readonly name = 'self_signed_tls_client_auth';
  readonly metadataNames = ['self_signed_tls_client_auth'];
  readonly zones: readonly Zone[];
  readonly implicit = true;
  private readonly kept = new LRUCache<string, ReadKey>({ max: MAX_KEPT });

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
    const thumbprint = certificateThumbprint(certificate.leaf);
    const read = this.kept.get(thumbprint) ?? (await readKey(certificate));
    refuseOutside(read, Date.now());
    if (!(await this.keys.holds(client, read.key))) throw authenticationFailed('certificate_key_not_registered');
    this.tenants.refuseServices(certificate);
    // Registered keys only: strangers could fill the memory with others.
    this.kept.set(thumbprint, read);
    const evidence = { key: read.key, certificate: thumbprint };
    return { credentialId: keyCredentialId(client.id, read.key), via: this.name, evidence };
  }

  verifyUnknown(): Promise<void> {
    return Promise.resolve();
  }
}

async function readKey({ leaf }: ClientCertificate): Promise<ReadKey> {
  let certificate: X509Certificate;
  let key: string;
  try {
    certificate = new X509Certificate(leaf);
    key = await calculateJwkThumbprint(await exportJWK(certificate.publicKey));
  } catch (cause) {
    throw authenticationFailed('certificate_unreadable', cause);
  }
  // What a jwks_uri holds was not judged when it was registered.
  if (!isStrongKey(certificate)) throw authenticationFailed('certificate_weak_key');
  return { key, notBefore: Date.parse(certificate.validFrom), notAfter: Date.parse(certificate.validTo) };
}

// MTLS-10: nothing but the certificate says how long it is good, and the connection may be older than its end.
function refuseOutside({ notBefore, notAfter }: ReadKey, now: number): void {
  if (now < notBefore) throw authenticationFailed('certificate_not_yet_valid');
  if (now > notAfter) throw authenticationFailed('certificate_expired');
}
