import { KeyUsageFlags } from './library.js';
import type { CertificateFacts, Name, NameForm } from './certificate-facts.js';

/** Leaf first, trust anchor last. */
export type CertificatePath = readonly CertificateFacts[];

export type PathMistake = 'not_an_authority' | 'path_length' | 'name_constraints' | 'weak_signature';

export interface FoundPaths {
  /** Those that are good at the times of `validityOf`. */
  readonly good: readonly CertificatePath[];
  /** Why the first other one is not; absent: no path of signatures leads to an anchor. */
  readonly mistake?: PathMistake;
}

const HASHES = ['SHA-256', 'SHA-384', 'SHA-512'];

/**
 * RFC 5280 §6 without dates: every way from the leaf to one of the anchors over the certificates that were sent along.
 * The anchors decide alone; no system store is asked.
 */
export function findPaths(leaf: CertificateFacts, sent: readonly CertificateFacts[], anchors: readonly CertificateFacts[]): FoundPaths {
  const good: CertificatePath[] = [];
  let mistake: PathMistake | undefined;
  for (const path of signedPaths([leaf], sent, anchors)) {
    const found = mistakeIn(path);
    if (!found) good.push(path);
    else mistake ??= found;
  }
  return { good, ...(mistake && { mistake }) };
}

/** When every certificate of a path is valid, in milliseconds since 1970; both ends belong to it. */
export function validityOf(path: CertificatePath): { from: number; until: number } {
  return { from: Math.max(...path.map(({ notBefore }) => notBefore)), until: Math.min(...path.map(({ notAfter }) => notAfter)) };
}

function* signedPaths(
  path: CertificateFacts[],
  sent: readonly CertificateFacts[],
  anchors: readonly CertificateFacts[],
): Generator<CertificatePath> {
  const last = path.at(-1) as CertificateFacts;
  for (const anchor of anchors) if (isSignedBy(last, anchor)) yield [...path, anchor];
  for (const next of sent) {
    if (path.includes(next) || !isSignedBy(last, next)) continue;
    yield* signedPaths([...path, next], sent, anchors);
  }
}

function isSignedBy({ certificate }: CertificateFacts, issuer: CertificateFacts): boolean {
  return certificate.checkIssued(issuer.certificate) && certificate.verify(issuer.certificate.publicKey);
}

function mistakeIn(path: CertificatePath): PathMistake | undefined {
  const [leaf, ...authorities] = path as [CertificateFacts, ...CertificateFacts[]];
  if (!authorities.every(maySign)) return 'not_an_authority';
  // RFC 5280 §4.2.1.9: below the n-th authority stand n others.
  if (authorities.some(({ pathLength }, below) => pathLength < below)) return 'path_length';
  if (!authorities.every((authority) => permits(authority, leaf))) return 'name_constraints';
  // The signature of the anchor on itself says nothing.
  if (!path.slice(0, -1).every(({ hash }) => hash !== undefined && HASHES.includes(hash))) return 'weak_signature';
  return undefined;
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
