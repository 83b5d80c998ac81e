const QUOTED = /"(?:[^"\\]|\\.)*"/g;
const SCHEMES = { Bearer: /(?:^|,)\s*bearer(?:\s|,|$)/i, DPoP: /(?:^|,)\s*dpop(?:\s|,|$)/i } as const;
const PROOF_ERROR = /(?:^|[\s,])error\s*=\s*"(use_dpop_nonce|invalid_dpop_proof)"/;

/** RFC 9110 §11.6.1: true when one of the challenges is of the scheme; others may stand beside it. */
export function hasChallenge(headers: Headers, scheme: keyof typeof SCHEMES): boolean {
  return SCHEMES[scheme].test((headers.get('www-authenticate') ?? '').replace(QUOTED, '""'));
}

/** RFC 9449 §7.1: what was wrong with the proof, where that is what was refused. */
export function proofErrorIn(headers: Headers): string | undefined {
  return PROOF_ERROR.exec(headers.get('www-authenticate') ?? '')?.[1];
}
