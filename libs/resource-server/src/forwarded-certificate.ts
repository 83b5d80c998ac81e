import { BlockList, isIP } from 'node:net';
import type { ClientCertificate } from '@countersign/oauth';
import { MalformedCredentials } from './bearer-token.js';
import { CERTIFICATE_HEADERS, certificateHeadersOf, type CertificateHeaders } from './certificate-headers.js';
import { connectionCertificate, type CertificateBearingRequest, type CertificateSource } from './certificate-source.js';
import { readClientCertHeaders } from './client-cert-header.js';
import { readXfccHeader } from './xfcc-header.js';

/** `rfc9440`: `Client-Cert` and `Client-Cert-Chain`; `xfcc`: `X-Forwarded-Client-Cert` of Envoy, which holds `Cert` or `Chain`. */
export type CertificateHeader = 'rfc9440' | 'xfcc';

export interface ForwardedCertificateOptions {
  /** Where the proxy puts the certificate; absent: the header counts from nobody, and refuses whoever is no proxy. */
  readonly header?: CertificateHeader | undefined;
  /** Addresses and CIDR blocks of proxies that drop what clients send in these headers. */
  readonly trustedProxies: readonly string[];
}

const READERS: Readonly<Record<CertificateHeader, (headers: CertificateHeaders) => ClientCertificate | undefined>> = {
  rfc9440: readClientCertHeaders,
  xfcc: readXfccHeader,
};

/**
 * For an API behind a proxy that ends TLS (RFC 9440 §1). From a trusted proxy the header alone says which certificate the client
 * showed; everybody else is known by the connection, and refused where they send such a header.
 * @throws TypeError when the options would believe everybody
 */
export function forwardedCertificate({ header, trustedProxies }: ForwardedCertificateOptions): CertificateSource {
  const proxies = blockListOf(trustedProxies);
  if (header !== undefined) refuseEverybody(trustedProxies);
  return (request) => {
    const headers = certificateHeadersOf(request);
    if (!isFrom(proxies, request)) {
      if (headers) throw refusal('certificate_header_from_untrusted_peer', `${namesIn(headers)} is taken from trusted proxies only.`);
      return connectionCertificate(request);
    }
    // A proxy that is trusted otherwise may add what nobody reads.
    if (header === undefined) return connectionCertificate(request);
    const certificate = headers && READERS[header](headers);
    if (certificate && connectionCertificate(request))
      throw refusal('certificate_twice', 'The connection shows a certificate and a header names one. Use one way.');
    return certificate;
  };
}

function refusal(reason: 'certificate_header_from_untrusted_peer' | 'certificate_twice', description: string): MalformedCredentials {
  return new MalformedCredentials(reason, description);
}

function namesIn(headers: CertificateHeaders): string {
  return CERTIFICATE_HEADERS.filter((name) => headers[name] !== undefined).join(', ');
}

function isFrom(proxies: BlockList, { socket }: CertificateBearingRequest): boolean {
  const { remoteAddress } = (socket ?? {}) as { remoteAddress?: string };
  const family = isIP(remoteAddress ?? '');
  return remoteAddress !== undefined && family !== 0 && proxies.check(remoteAddress, family === 4 ? 'ipv4' : 'ipv6');
}

function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [base = '', bits, ...rest] = network.split('/');
    const family = isIP(base);
    const length = bits === undefined ? (family === 4 ? 32 : 128) : Number(bits);
    if (family === 0 || rest.length > 0 || !Number.isInteger(length)) throw new TypeError(`trustedProxies: "${network}" is no CIDR block.`);
    list.addSubnet(base, length, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

// MTLS-9: a header that everybody may send proves nothing.
function refuseEverybody(networks: readonly string[]): void {
  if (networks.length === 0) throw new TypeError('trustedProxies is empty: from nobody would the header count.');
  const open = networks.find(isEverybody);
  if (open !== undefined) throw new TypeError(`trustedProxies: ${open} is everybody.`);
}

function isEverybody(network: string): boolean {
  const [base = '', bits] = network.split('/');
  if (bits === undefined) return false;
  if (Number(bits) === 0) return true;
  // The IPv4 addresses as IPv6 writes them: that block, or a larger one that holds it.
  return isIP(base) === 6 && Number(bits) <= 96 && blockListOf([network]).check('::ffff:0.0.0.0', 'ipv6');
}
