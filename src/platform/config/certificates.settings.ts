import { makeValidator } from 'envalid';
import { isTrustDomain } from '@countersign/oauth';

/** A file with the SPIFFE bundle of another trust domain. */
export interface TrustBundleFile {
  readonly trustDomain: string;
  readonly path: string;
}

const trustDomain = makeValidator<string>((text) => {
  if (!isTrustDomain(text)) throw new TypeError('must be a host name in lower case, without a port');
  return text;
});

/** `domain=file,domain=file`. */
const trustBundleFiles = makeValidator<readonly TrustBundleFile[]>((text) => {
  const files = text.split(',').map((part) => {
    const [domain = '', ...rest] = part.trim().split('=');
    const path = rest.join('=');
    if (!isTrustDomain(domain) || path === '') throw new TypeError(`"${part.trim()}" is not of the form domain=file`);
    return { trustDomain: domain, path };
  });
  if (new Set(files.map((file) => file.trustDomain)).size !== files.length) throw new TypeError('a trust domain stands twice');
  return files;
});

const lifetimeSeconds = makeValidator<number>((text) => {
  const seconds = Number(text);
  if (!Number.isSafeInteger(seconds) || seconds < 3_600 || seconds > 86_400)
    throw new TypeError('must be a whole number from 3600 to 86400');
  return seconds;
});

export const certificatesSettings = {
  TRUST_DOMAIN: trustDomain({
    desc: 'SPIFFE trust domain of the microservices; not set: the host of INTERNAL_URL. A change makes every certificate worthless.',
    default: undefined,
    example: 'prod.example.com',
  }),
  CERTIFICATE_LIFETIME_SECONDS: lifetimeSeconds({
    desc: 'Longest life of a microservice certificate, and its life where none is asked for; 3600 to 86400.',
    default: 86_400,
  }),
  TRUST_BUNDLES: trustBundleFiles({
    desc: 'SPIFFE bundles of other trust domains, such as a SPIRE server, as domain=file, comma-separated; read again when a file changes.',
    default: [] as readonly TrustBundleFile[],
    example: 'spire.example.com=/etc/countersign/spire-bundle.json',
  }),
};

/** The trust domain of the microservices of this deployment. */
export function trustDomainOf(settings: { readonly TRUST_DOMAIN?: string | undefined; readonly INTERNAL_URL: string }): string {
  return settings.TRUST_DOMAIN ?? new URL(settings.INTERNAL_URL).hostname;
}

interface TrustSettings {
  readonly TRUST_DOMAIN?: string | undefined;
  readonly INTERNAL_URL: string;
  readonly TRUST_BUNDLES: readonly TrustBundleFile[];
}

/** What is wrong with trust domains that are well formed each for itself. */
export function trustDomainMistakes(settings: TrustSettings, broken: ReadonlySet<string>): string[] {
  if (['INTERNAL_URL', 'TRUST_DOMAIN', 'TRUST_BUNDLES'].some((name) => broken.has(name))) return [];
  const own = trustDomainOf(settings);
  if (!isTrustDomain(own)) return [`TRUST_DOMAIN: must be set, because the host of INTERNAL_URL, ${own}, cannot be a trust domain`];
  const twice = settings.TRUST_BUNDLES.some((file) => file.trustDomain === own);
  return twice ? [`TRUST_BUNDLES: must not name the own trust domain, ${own}`] : [];
}
