const MAX_LENGTH = 2048;
const MAX_TRUST_DOMAIN_LENGTH = 255;
const TRUST_DOMAIN = /^[a-z0-9._-]+$/;
const SEGMENT = /^[A-Za-z0-9._-]+$/;

/** SPIFFE-ID §2: who a workload is, in the form `spiffe://<trustDomain><path>`. */
export interface SpiffeId {
  readonly trustDomain: string;
  /** Empty: the trust domain itself; otherwise it starts with a slash. */
  readonly path: string;
}

/** Strict: what is not exactly in the form is no SPIFFE id, and is not normalised into one (SPIFFE-ID §2.1–2.3). */
export function parseSpiffeId(text: string): SpiffeId | undefined {
  if (text.length > MAX_LENGTH || !text.startsWith('spiffe://')) return undefined;
  const [trustDomain = '', ...segments] = text.slice('spiffe://'.length).split('/');
  if (!isTrustDomain(trustDomain) || !segments.every(isSegment)) return undefined;
  return { trustDomain, path: segments.map((segment) => `/${segment}`).join('') };
}

export function isTrustDomain(text: string): boolean {
  return text.length <= MAX_TRUST_DOMAIN_LENGTH && TRUST_DOMAIN.test(text);
}

/** The SPIFFE id of a service that has none of its own registered. */
export function spiffeIdOf(trustDomain: string, service: string): string {
  return `spiffe://${trustDomain}/${service}`;
}

/** The service whose own id this is, as `spiffeIdOf` makes it; undefined for another trust domain or a longer path. */
export function serviceNamedBy(spiffeId: string, trustDomain: string): string | undefined {
  const id = parseSpiffeId(spiffeId);
  const name = id?.trustDomain === trustDomain ? id.path.slice(1) : '';
  return name === '' || name.includes('/') ? undefined : name;
}

function isSegment(text: string): boolean {
  return SEGMENT.test(text) && text !== '.' && text !== '..';
}
