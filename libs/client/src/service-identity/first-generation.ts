import { CertificateRequestFailed } from './certificate-request-failed.js';
import type { CertificateRequests } from './certificate-requests.js';
import { Generation } from './generation.js';
import { IdentityFolder, type KeptIdentity } from './identity-folder.js';
import type { ServiceCertificate } from './service-certificate.js';
import type { CheckedIdentityOptions } from './service-identity-options.js';
import type { TrustBundle } from './trust-bundle.js';

export interface FirstGeneration {
  readonly generation: Generation;
  readonly cause: 'joined' | 'restored';
  /** The issuer was away: whom to trust is what was known before the restart. */
  readonly isTrustOld: boolean;
}

/** From the folder, or against a join token. @throws CertificateRequestFailed */
export async function firstGeneration(options: CheckedIdentityOptions, requests: CertificateRequests): Promise<FirstGeneration> {
  const { folder, issuer, clock, transport, ca } = options;
  const stranger = transport({ ca });
  try {
    const found = folder === undefined ? undefined : await new IdentityFolder(folder, issuer).load(clock);
    // First: a join token is not spent while nobody can be reached.
    const { bundle, isTrustOld } = await whomToTrust(requests, stranger.fetch, found);
    const kept = found?.certificate.isSignedByOneOf(bundle.authorities) ? found.certificate : undefined;
    const certificate = kept ?? (await join(requests, options, stranger.fetch));
    return { generation: new Generation(certificate, bundle, options), cause: kept ? 'restored' : 'joined', isTrustOld };
  } finally {
    await stranger.close();
  }
}

/** @throws CertificateRequestFailed */
export async function join(
  requests: CertificateRequests,
  { joinToken }: CheckedIdentityOptions,
  fetch: typeof globalThis.fetch,
): Promise<ServiceCertificate> {
  const token = await joinToken();
  if (token === undefined) throw new CertificateRequestFailed('There is no certificate that lives, and no join token to get one.');
  return requests.issue(fetch, token);
}

async function whomToTrust(
  requests: CertificateRequests,
  fetch: typeof globalThis.fetch,
  found: KeptIdentity | undefined,
): Promise<{ bundle: TrustBundle; isTrustOld: boolean }> {
  try {
    return { bundle: await requests.bundle(fetch), isTrustOld: false };
  } catch (error) {
    if (!found) throw error;
    return { bundle: found.bundle, isTrustOld: true };
  }
}
