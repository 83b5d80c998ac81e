import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import {
  certificateThumbprint,
  keyCredentialId,
  type CertificateTrust,
  type Client,
  type ClientCertificate,
  type ClientProof,
} from '@countersign/oauth';
import { KeptRefusals, readTrustAnchors, type CertificateFacts } from '../../../platform/x509/index.js';
import { SvidVerifier } from '../../certificates/index.js';
import { authenticationFailed } from '../authentication-failed.js';
import { examineTenantCertificate, judgeTenantCertificate, type TenantCertificateExamination } from './tenant-certificate.policy.js';

const MAX_KEPT = 10_000;

interface Kept {
  readonly trust: CertificateTrust;
  readonly chain: readonly Buffer[];
  readonly examination: TenantCertificateExamination;
}

/**
 * RFC 8705 §2.1 for clients of tenants: the organization's own authorities are the only ones that vouch for them; what the
 * listener or another organization trusts is not looked at. Signatures are checked once per client and certificate, dates always.
 */
@Injectable()
export class TenantCertificates {
  private readonly anchors = new WeakMap<CertificateTrust, readonly CertificateFacts[]>();
  private readonly kept = new LRUCache<string, Kept>({ max: MAX_KEPT });
  private readonly refused = new KeptRefusals<Omit<Kept, 'chain'>>();

  constructor(private readonly services: SvidVerifier) {}

  /** @throws OAuthError `invalid_client` */
  prove(certificate: ClientCertificate, client: Client, now = Date.now()): ClientProof {
    const { certificateTrust: trust } = client;
    if (!trust) throw authenticationFailed('certificate_client_has_no_anchor');
    const verdict = judgeTenantCertificate(this.examine(certificate, client.id, trust), now);
    if ('refusal' in verdict) throw authenticationFailed(`certificate_${verdict.refusal}`);
    this.refuseServices(certificate);
    // The anchor is what an administrator registered, and what takes the tokens with it when it is removed.
    const evidence = { anchor: verdict.anchor, certificate: certificateThumbprint(certificate.leaf) };
    return { credentialId: keyCredentialId(client.id, verdict.anchor), via: 'tls_client_auth', evidence };
  }

  /** A certificate of our own services is none of a tenant's, whatever the tenant registered. @throws OAuthError `invalid_client` */
  refuseServices(certificate: ClientCertificate): void {
    if (this.services.namesWorkload(certificate)) throw authenticationFailed('certificate_of_a_microservice');
  }

  private examine(shown: ClientCertificate, clientId: string, trust: CertificateTrust): TenantCertificateExamination {
    const key = `${clientId} ${certificateThumbprint(shown.leaf)}`;
    const known = this.kept.get(key);
    if (known && isSame(known.trust, trust)) return known.examination;
    // A resumed TLS session shows no chain: the one that was good with the anchors before may be so with these.
    const chain = shown.chain.length > 0 ? shown.chain : (known?.chain ?? []);
    const refused = this.refused.find({ leaf: shown.leaf, chain });
    if (refused && isSame(refused.trust, trust)) return refused.examination;
    const examination = examineTenantCertificate({ leaf: shown.leaf, chain }, this.anchorsOf(trust), trust.name);
    if ('paths' in examination) this.kept.set(key, { trust, chain, examination });
    else this.refused.keep({ leaf: shown.leaf, chain }, { trust, examination });
    return examination;
  }

  private anchorsOf(trust: CertificateTrust): readonly CertificateFacts[] {
    let anchors = this.anchors.get(trust);
    if (!anchors) {
      // At the beginning of time nothing has expired: dates belong to the path.
      const read = readTrustAnchors(trust.anchors, 0);
      anchors = 'anchors' in read ? read.anchors : [];
      this.anchors.set(trust, anchors);
    }
    return anchors;
  }
}

function isSame(a: CertificateTrust, b: CertificateTrust): boolean {
  return a === b || (a.anchors === b.anchors && a.name.type === b.name.type && a.name.value === b.name.value);
}
