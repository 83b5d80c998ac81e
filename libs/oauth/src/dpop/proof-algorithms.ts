import { constants, type SigningOptions } from 'node:crypto';

interface ProofAlgorithm {
  readonly kty: 'EC' | 'RSA' | 'OKP';
  /** The one curve; RSA has none. */
  readonly crv?: string;
  /** null: the algorithm brings its own. */
  readonly hash: string | null;
  readonly options: SigningOptions;
}

const { RSA_PKCS1_PADDING, RSA_PKCS1_PSS_PADDING, RSA_PSS_SALTLEN_DIGEST } = constants;
const PSS = { padding: RSA_PKCS1_PSS_PADDING, saltLength: RSA_PSS_SALTLEN_DIGEST };

/** RFC 9449 §4.2: asymmetric ones only. RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2. */
export const PROOF_ALGORITHMS = {
  ES256: { kty: 'EC', crv: 'P-256', hash: 'sha256', options: { dsaEncoding: 'ieee-p1363' } },
  ES384: { kty: 'EC', crv: 'P-384', hash: 'sha384', options: { dsaEncoding: 'ieee-p1363' } },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', hash: null, options: {} },
  Ed25519: { kty: 'OKP', crv: 'Ed25519', hash: null, options: {} },
  PS256: { kty: 'RSA', hash: 'sha256', options: PSS },
  RS256: { kty: 'RSA', hash: 'sha256', options: { padding: RSA_PKCS1_PADDING } },
} as const satisfies Record<string, ProofAlgorithm>;

export type DpopAlg = keyof typeof PROOF_ALGORITHMS;
/** What `dpop_signing_alg_values_supported` says. */
export const DPOP_ALGS = Object.keys(PROOF_ALGORITHMS) as readonly DpopAlg[];

export function proofAlgorithm(alg: DpopAlg): ProofAlgorithm {
  return PROOF_ALGORITHMS[alg];
}
