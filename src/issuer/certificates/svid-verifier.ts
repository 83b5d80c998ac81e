import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { certificateThumbprint, type ClientCertificate } from '@countersign/oauth';
import { KeptRefusals } from '../../platform/x509/index.js';
import { CertificateAuthority } from './certificate-authority.service.js';
import { ForeignBundles } from './foreign-bundles.js';
import { examineSvid, judgeMoment, namesWorkload, type SvidExamination, type SvidVerdict, type TrustBundle } from './svid.policy.js';

const MAX_KEPT = 10_000;

/**
 * Whom a presented certificate names, by our own authorities and those of the trusted domains beside it. Signatures are
 * checked once per certificate and state of the bundles; dates on every request.
 */
@Injectable()
export class SvidVerifier {
  private readonly kept = new LRUCache<string, SvidExamination>({ max: MAX_KEPT });
  private readonly refused = new KeptRefusals<SvidExamination>();
  /** By leaf; what it says does not change, nor do the domains while the process runs. */
  private readonly workloads = new LRUCache<string, boolean>({ max: MAX_KEPT });
  private seenOwn: TrustBundle | undefined;
  private seenForeign: readonly TrustBundle[] | undefined;

  constructor(
    private readonly authority: CertificateAuthority,
    private readonly foreign: ForeignBundles,
  ) {}

  verify(certificate: ClientCertificate, now = Date.now()): SvidVerdict {
    this.forgetOldBundles();
    // By the leaf alone: a resumed TLS session shows no chain, and a path that was found stays one.
    const key = certificateThumbprint(certificate.leaf);
    return judgeMoment(this.kept.get(key) ?? this.refused.find(certificate) ?? this.examine(certificate, key), now);
  }

  /**
   * Whether the certificate names a workload of our own or a trusted domain. By the leaf alone: what is sent along is up to who
   * sends it, and may make a good certificate look like none. Ask for certificates that are good otherwise; the answer is kept.
   */
  namesWorkload({ leaf }: ClientCertificate): boolean {
    const key = certificateThumbprint(leaf);
    let named = this.workloads.get(key);
    if (named === undefined) {
      named = namesWorkload(leaf, [this.authority.trustDomain, ...this.foreign.all().map(({ trustDomain }) => trustDomain)]);
      this.workloads.set(key, named);
    }
    return named;
  }

  private examine(certificate: ClientCertificate, key: string): SvidExamination {
    const examination = examineSvid(certificate, [this.authority.bundle(), ...this.foreign.all()]);
    if ('svid' in examination) this.kept.set(key, examination);
    else this.refused.keep(certificate, examination);
    return examination;
  }

  private forgetOldBundles(): void {
    const own = this.authority.bundle();
    const foreign = this.foreign.all();
    if (own === this.seenOwn && foreign === this.seenForeign) return;
    this.kept.clear();
    this.refused.clear();
    this.seenOwn = own;
    this.seenForeign = foreign;
  }
}
