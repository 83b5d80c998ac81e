import type { TokenTarget } from '../token-target.js';

/** Which service is called, and for what. */
export interface ServiceTarget extends TokenTarget {
  /** Name of the service, which is its audience. */
  audience: string;
  /**
   * Who must answer. Default: the service of this name in the own trust domain, `spiffe://<trust domain>/<audience>`; at the issuer's
   * own address the issuer. A SPIFFE id names another one; `dns` takes a server that proves the name in the URL by the issuer's `ca`.
   */
  peer?: 'dns' | (string & {});
}

/** The SPIFFE id that must answer; undefined: the name in the URL is proven. */
export function peerOf(
  { audience, peer }: ServiceTarget,
  url: URL,
  own: { trustDomain: string; issuerOrigin: string },
): string | undefined {
  if (peer === 'dns') return undefined;
  if (peer !== undefined) return peer;
  return url.origin === own.issuerOrigin ? undefined : `spiffe://${own.trustDomain}/${audience}`;
}
