import type { KeyObject } from 'node:crypto';

const RSA_BITS = { min: 2048, max: 8192 };
/** What everybody uses. The time that a signature takes to check grows with it, and who sends the key chooses it. */
const MAX_RSA_EXPONENT = 65_537n;
const CURVES = ['prime256v1', 'secp384r1', 'secp521r1'];

/** RSA of at least 2048 bits, or a curve of at least 128 bits of strength; nothing that takes long to verify with. */
export function isStrongKey(holder: { readonly publicKey: KeyObject }): boolean {
  const { asymmetricKeyType, asymmetricKeyDetails } = keyOf(holder) ?? {};
  const { modulusLength = 0, publicExponent = 0n, namedCurve = '' } = asymmetricKeyDetails ?? {};
  if (asymmetricKeyType === 'rsa')
    return modulusLength >= RSA_BITS.min && modulusLength <= RSA_BITS.max && publicExponent <= MAX_RSA_EXPONENT;
  return asymmetricKeyType === 'ed25519' || (asymmetricKeyType === 'ec' && CURVES.includes(namedCurve));
}

/** A certificate gives its key on demand, and throws where it holds one of a kind that node does not know. */
function keyOf(holder: { readonly publicKey: KeyObject }): KeyObject | undefined {
  try {
    return holder.publicKey;
  } catch {
    return undefined;
  }
}
