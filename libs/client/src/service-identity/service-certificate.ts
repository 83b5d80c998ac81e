import { createPrivateKey, X509Certificate } from 'node:crypto';
import { parseSpiffeId } from '@countersign/oauth';
import { Stopwatch, type Clock } from '../clock.js';
import { namedIn } from './peer-identity.js';

/** What is needed to be a service, as it is kept in a folder. Holds the private key. */
export interface CertificateRecord {
  /** PEM: the certificate, and what was sent with it. */
  readonly certificate: string;
  /** PKCS #8, PEM. */
  readonly key: string;
  readonly clientId: string;
  readonly spiffeId: string;
  /** Milliseconds since 1970, by this machine's clock: when it was asked for. */
  readonly issuedAtMs: number;
  readonly lifetimeMs: number;
}

/** A certificate with its key and its age. */
export class ServiceCertificate {
  readonly trustDomain: string;
  private readonly leaf: X509Certificate;
  private readonly since: Stopwatch;
  private readonly ageWhenReadMs: number;

  /** @throws Error when the certificate does not name the service, or is not of this key. */
  constructor(
    readonly record: CertificateRecord,
    clock: Clock,
  ) {
    this.leaf = new X509Certificate(record.certificate);
    if (!this.leaf.checkPrivateKey(createPrivateKey(record.key))) throw new Error('The certificate is of another key.');
    if (namedIn(this.leaf) !== record.spiffeId) throw new Error(`The certificate does not name ${record.spiffeId}.`);
    this.trustDomain = parseSpiffeId(record.spiffeId)?.trustDomain ?? '';
    this.since = new Stopwatch(clock);
    this.ageWhenReadMs = Math.max(0, clock.epochMs() - record.issuedAtMs);
  }

  /** Nobody else takes it. @param authorities PEM each */
  isSignedByOneOf(authorities: readonly string[]): boolean {
    return authorities.some((authority) => this.leaf.verify(new X509Certificate(authority).publicKey));
  }

  /** By whichever clock says more; see Stopwatch. */
  get ageMs(): number {
    return this.ageWhenReadMs + this.since.elapsedMs();
  }

  get remainingMs(): number {
    return Math.max(0, this.record.lifetimeMs - this.ageMs);
  }

  get expiresAt(): Date {
    return new Date(this.record.issuedAtMs + this.record.lifetimeMs);
  }
}
