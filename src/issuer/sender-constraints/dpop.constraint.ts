import { Injectable } from '@nestjs/common';
import {
  DPOP_ALGS,
  DpopProofRefused,
  DpopVerifier,
  OAuthError,
  type OAuthRequest,
  type SenderConstraint,
  type SenderProof,
  type VerifiedDpopProof,
  type Zone,
} from '@countersign/oauth';
import { Configuration } from '../../platform/config/index.js';
import { DpopNonceSource } from './dpop-nonce-source.js';

/** RFC 9449 §5: the token is bound to the key that signed the proof. In the internal zone certificates bind, and nothing else. */
@Injectable()
export class DpopConstraint implements SenderConstraint {
  readonly name = 'dpop';
  private readonly verifier: DpopVerifier;
  /** Of both listeners: clients with certificates send proofs too. */
  private readonly bases: readonly string[];

  constructor(nonces: DpopNonceSource, { settings: { PUBLIC_URL, MTLS_URL } }: Configuration) {
    this.verifier = new DpopVerifier({ nonces: nonces.noncesOf(PUBLIC_URL) });
    this.bases = [PUBLIC_URL, ...(MTLS_URL === undefined ? [] : [MTLS_URL])];
  }

  metadata(zone: Zone): Record<string, unknown> {
    // RFC 9449 §5.1.
    return zone === 'external' ? { dpop_signing_alg_values_supported: DPOP_ALGS } : {};
  }

  async prove({ zone, endpoint = '', dpopProofs: [proof, another] = [] }: OAuthRequest): Promise<SenderProof | undefined> {
    if (zone !== 'external' || proof === undefined) return undefined;
    try {
      // RFC 9449 §4.3: not more than one.
      if (another !== undefined) throw new DpopProofRefused('several', 'Send one DPoP header.');
      return this.bound(await this.verifier.verify({ proof, method: 'POST', targets: this.bases.map((base) => base + endpoint) }));
    } catch (error) {
      throw error instanceof DpopProofRefused ? this.refused(error) : error;
    }
  }

  private bound({ jkt, id, usableUntil }: VerifiedDpopProof): SenderProof {
    const singleUse = { owner: `dpop ${jkt}`, value: id, expiresAt: usableUntil };
    return { constraint: this.name, cnf: { jkt }, singleUse, headers: this.nonceHeader() };
  }

  private refused(refused: DpopProofRefused): OAuthError {
    const options = { detail: `dpop_${refused.reason}`, cause: refused, headers: this.nonceHeader() };
    return new OAuthError(refused.needsNonce ? 'use_dpop_nonce' : 'invalid_dpop_proof', refused.message, options);
  }

  // RFC 9449 §8.2: with every answer, so that the next proof has it already.
  private nonceHeader(): Record<string, string> {
    const { nonces } = this.verifier;
    return nonces ? { 'dpop-nonce': nonces.current() } : {};
  }
}
