import type { AccessTokenVerifier, ExpectedToken } from './access-token-verifier.js';
import type { PresentedToken } from './bearer-token.js';
import type { CertificateSource } from './certificate-source.js';
import type { DpopProtection } from './dpop-protection.js';
import type { HttpRequestFacts } from './http-request-facts.js';
import { keysProvenBy } from './proven-keys.js';
import { requireBound, ruleOf, type SenderConstraintSource } from './sender-constraint.js';
import { TokenRefused } from './token-refused.js';
import type { VerifiedAccessToken } from './verified-access-token.js';

export interface TokenJudgeOptions {
  verifier: AccessTokenVerifier;
  /** Absent: tokens under the scheme DPoP are not taken. */
  dpop?: DpopProtection | undefined;
  senderConstraint?: SenderConstraintSource | undefined;
  certificateOf?: CertificateSource | undefined;
}

type Expected = Omit<ExpectedToken, 'proven'>;

/** A token together with what came along: the certificate of the connection, the proof in a header. */
export class TokenJudge {
  constructor(private readonly options: TokenJudgeOptions) {}

  /**
   * @param request absent for messages of a queue, which have no connection that could prove a key
   * @throws TokenRefused, DpopProofRefused, MalformedCredentials; KeysUnavailable, RevocationsStale, ReplaysUnavailable
   */
  async judge({ scheme, token }: PresentedToken, request: HttpRequestFacts | undefined, expected: Expected): Promise<VerifiedAccessToken> {
    if (scheme === 'dpop' && request) return this.judgeWithProof(token, request, expected);
    const { verifier, certificateOf, senderConstraint } = this.options;
    const proven = request && keysProvenBy(request.received ?? request, certificateOf);
    const found = await verifier.verify(token, { ...expected, ...(proven && { proven }) });
    requireBound(found.claims, ruleOf(senderConstraint));
    return found;
  }

  /** As `judge` for a Bearer token whose signature is remembered, and undefined when it is not: the hot path, without a promise. */
  judgeRemembered(token: string, request: HttpRequestFacts, expected: Expected): VerifiedAccessToken | undefined {
    const { verifier, certificateOf, senderConstraint } = this.options;
    const found = verifier.verifyRemembered(token, { ...expected, proven: keysProvenBy(request.received ?? request, certificateOf) });
    if (found) requireBound(found.claims, ruleOf(senderConstraint));
    return found;
  }

  private async judgeWithProof(token: string, request: HttpRequestFacts, expected: Expected): Promise<VerifiedAccessToken> {
    const { verifier, dpop, certificateOf, senderConstraint } = this.options;
    if (!dpop) throw new TokenRefused('confirmation', 'DPoP is not offered here.');
    const proof = dpop.examine(request, token);
    // Not proven before `redeem`, without which no token leaves here.
    const proven = { ...keysProvenBy(request.received ?? request, certificateOf), jkt: proof.claimed.jkt };
    const found = await verifier.verify(token, { ...expected, proven });
    // DPOP-8, RFC 9449 §7.1: the scheme is for bound tokens alone.
    if (found.claims.cnf?.jkt === undefined)
      throw new TokenRefused('confirmation', 'The token is not bound to a key, so DPoP does not fit it.');
    requireBound(found.claims, ruleOf(senderConstraint));
    await dpop.redeem(proof);
    return found;
  }
}
