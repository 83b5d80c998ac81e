import { KeyUsageFlags } from './library.js';
import type { CertificateFacts, Name, NameForm } from './certificate-facts.js';
import { isStrongKey } from './strong-key.policy.js';

/** Leaf first, trust anchor last. */
export type CertificatePath = readonly CertificateFacts[];

export type PathMistake = 'not_an_authority' | 'path_length' | 'name_constraints' | 'weak_signature' | 'weak_key';

export interface FoundPaths {
  /** Those that are good at the times of `validityOf`. */
  readonly good: readonly CertificatePath[];
  /** Why the first other one is not; absent: no path of signatures leads to an anchor. */
  readonly mistake?: PathMistake;
}

/** Certificates between that of a client and its authority. Whatever takes them from a connection or a header takes as many. */
export const MAX_SENT = 4;
const HASHES = ['SHA-256', 'SHA-384', 'SHA-512'];
/** Signatures that are checked for one leaf: strangers choose what they send, and each check holds up everybody else. */
const MAX_VERIFIED = 12;

/**
 * RFC 5280 §6 without dates: every way from the leaf to one of the anchors over the certificates that were sent along.
 * The anchors decide alone; no system store is asked.
 */
export function findPaths(leaf: CertificateFacts, sent: readonly CertificateFacts[], anchors: readonly CertificateFacts[]): FoundPaths {
  const weak = weaknessOf(leaf);
  if (weak) return { good: [], mistake: weak };
  const good: CertificatePath[] = [];
  let mistake: PathMistake | undefined;
  // No path leads over a weak one. It may be there for nothing, such as an old root that is an anchor too, so it refuses nobody.
  const useful = sent.filter((one, at) => !weaknessOf(one) && sent.findIndex(({ der }) => der.equals(one.der)) === at);
  for (const path of signedPaths([leaf], useful, anchors, verifiedOnce())) {
    const found = mistakeIn(path);
    if (!found) good.push(path);
    else mistake ??= found;
  }
  if (good.length === 0) mistake ??= sent.map(weaknessOf).find((found) => found !== undefined);
  return { good, ...(mistake && { mistake }) };
}

/** When every certificate of a path is valid, in milliseconds since 1970; both ends belong to it. */
export function validityOf(path: CertificatePath): { from: number; until: number } {
  return { from: Math.max(...path.map(({ notBefore }) => notBefore)), until: Math.min(...path.map(({ notAfter }) => notAfter)) };
}

/** Whether the first certificate is signed by the second. */
type Signed = (child: CertificateFacts, issuer: CertificateFacts) => boolean;

function* signedPaths(
  path: CertificateFacts[],
  sent: readonly CertificateFacts[],
  anchors: readonly CertificateFacts[],
  isSigned: Signed,
): Generator<CertificatePath> {
  const last = path.at(-1) as CertificateFacts;
  for (const anchor of anchors) if (isSigned(last, anchor)) yield [...path, anchor];
  for (const next of sent) {
    if (path.includes(next) || !isSigned(last, next)) continue;
    yield* signedPaths([...path, next], sent, anchors, isSigned);
  }
}

/** Checks the signature between two certificates once, on however many paths they stand, and not more than so many in all. */
function verifiedOnce(): Signed {
  const known = new Map<CertificateFacts, Map<CertificateFacts, boolean>>();
  let verified = 0;
  return (child, issuer) => {
    const issuers = known.get(child) ?? new Map<CertificateFacts, boolean>();
    known.set(child, issuers);
    let isSigned = issuers.get(issuer);
    if (isSigned === undefined) {
      isSigned =
        child.certificate.checkIssued(issuer.certificate) &&
        ++verified <= MAX_VERIFIED &&
        child.certificate.verify(issuer.certificate.publicKey);
      issuers.set(issuer, isSigned);
    }
    return isSigned;
  };
}

function mistakeIn(path: CertificatePath): PathMistake | undefined {
  const [leaf, ...authorities] = path as [CertificateFacts, ...CertificateFacts[]];
  if (!authorities.every(maySign)) return 'not_an_authority';
  // RFC 5280 §4.2.1.9: below the n-th authority stand n others.
  if (authorities.some(({ pathLength }, below) => pathLength < below)) return 'path_length';
  return authorities.every((authority) => permits(authority, leaf)) ? undefined : 'name_constraints';
}

/** Of what was sent. An anchor is not asked: its signature on itself says nothing, and its key was judged when it was registered. */
function weaknessOf({ hash, certificate }: CertificateFacts): PathMistake | undefined {
  if (hash === undefined || !HASHES.includes(hash)) return 'weak_signature';
  return isStrongKey(certificate) ? undefined : 'weak_key';
}

function maySign({ isAuthority, keyUsage }: CertificateFacts): boolean {
  return isAuthority && (keyUsage === undefined || (keyUsage & KeyUsageFlags.keyCertSign) !== 0);
}

/** RFC 5280 §4.2.1.10, for URIs and DNS names. A constraint of another form refuses every leaf that has a name of that form. */
function permits({ permitted, excluded }: CertificateFacts, leaf: CertificateFacts): boolean {
  const subject: readonly Name[] = leaf.hasSubject ? [{ form: 'directoryName', text: '' }] : [];
  return [...leaf.names, ...subject].every((name) => {
    const allowed = permitted.filter(({ form }) => form === name.form);
    const refused = excluded.filter(({ form }) => form === name.form);
    const isWithin = WITHIN[name.form];
    if (!isWithin) return allowed.length === 0 && refused.length === 0;
    return (
      (allowed.length === 0 || allowed.some(({ text }) => isWithin(name.text, text))) &&
      !refused.some(({ text }) => isWithin(name.text, text))
    );
  });
}

const WITHIN: Partial<Record<NameForm, (name: string, constraint: string) => boolean>> = {
  uniformResourceIdentifier: (uri, constraint) => {
    const host = /^[^:]+:\/\/([^/:?#]*)/.exec(uri)?.[1]?.toLowerCase() ?? '';
    return constraint.startsWith('.') ? host.endsWith(constraint.toLowerCase()) : host === constraint.toLowerCase();
  },
  // Any name that is made by adding labels on the left. A leading dot is no RFC, but common; it lets the name itself out.
  dNSName: (name, constraint) => {
    const [host, suffix] = [name.toLowerCase(), constraint.toLowerCase()];
    if (suffix === '' || host === suffix) return true;
    return host.endsWith(suffix.startsWith('.') ? suffix : `.${suffix}`);
  },
};
