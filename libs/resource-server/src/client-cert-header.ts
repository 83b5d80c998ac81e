import { X509Certificate } from 'node:crypto';
import type { ClientCertificate } from '@countersign/oauth';
import { malformed, soleLine, type CertificateHeaderName, type CertificateHeaders } from './certificate-headers.js';
import { MAX_CHAIN } from './certificate-source.js';

/** RFC 8941 §3.3.5: a byte sequence, and neither parameters nor anything else. */
const BYTES = /^:((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?):$/;

/** RFC 9440 §2.2, §2.3. @throws MalformedCredentials */
export function readClientCertHeaders(headers: CertificateHeaders): ClientCertificate | undefined {
  const leaf = soleLine(headers['client-cert'], 'client-cert');
  const chain = soleLine(headers['client-cert-chain'], 'client-cert-chain');
  // RFC 9440 §2.3: the chain stands with the certificate only.
  if (leaf === undefined && chain !== undefined) throw malformed('client-cert-chain', 'is sent without client-cert');
  if (leaf === undefined) return undefined;
  const members = chain === undefined ? [] : chain.split(/[ \t]*,[ \t]*/);
  if (members.length > MAX_CHAIN) throw malformed('client-cert-chain', `holds more than ${MAX_CHAIN} certificates`);
  return { leaf: certificateIn(leaf, 'client-cert'), chain: members.map((member) => certificateIn(member, 'client-cert-chain')) };
}

function certificateIn(item: string, name: CertificateHeaderName): Buffer {
  const base64 = BYTES.exec(item.trim())?.[1];
  if (!base64) throw malformed(name, 'is no byte sequence of RFC 8941, such as :MIIB…:');
  const der = Buffer.from(base64, 'base64');
  // Bits beyond the last byte, which some decoders read and others do not.
  if (der.toString('base64') !== base64) throw malformed(name, 'is no byte sequence of RFC 8941');
  return certificateOf(der, name);
}

/** @throws MalformedCredentials for what is no certificate, or has something behind it */
export function certificateOf(der: Buffer, name: CertificateHeaderName): Buffer {
  let whole: boolean;
  try {
    whole = new X509Certificate(der).raw.equals(der);
  } catch {
    whole = false;
  }
  if (!whole) throw malformed(name, 'holds no certificate');
  return der;
}
