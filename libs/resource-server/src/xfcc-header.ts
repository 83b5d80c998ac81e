import { createHash } from 'node:crypto';
import type { ClientCertificate } from '@countersign/oauth';
import { malformed, soleLine, type CertificateHeaders } from './certificate-headers.js';
import { MAX_CHAIN } from './certificate-source.js';
import { certificateOf } from './client-cert-header.js';

const NAME = 'x-forwarded-client-cert';
/** Envoy: `key=value` pairs, separated by semicolons; what holds a comma, a semicolon or an equals sign is quoted. */
const PAIR = /([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;=]*))(;|,|$)/y;
const PEM = /-----BEGIN CERTIFICATE-----\s([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*/y;
/** Keys that may stand several times. */
const LISTS = ['uri', 'dns', 'by'];

/** Envoy's X-Forwarded-Client-Cert with one element, of the one proxy that is trusted. @throws MalformedCredentials */
export function readXfccHeader(headers: CertificateHeaders): ClientCertificate | undefined {
  const line = soleLine(headers[NAME], NAME);
  if (line === undefined) return undefined;
  const pairs = pairsIn(line);
  const [cert, chain] = [pairs.get('cert'), pairs.get('chain')].map((text) => (text === undefined ? undefined : certificatesIn(text)));
  const [leaf, ...rest] = chain ?? cert ?? [];
  // Its other members only describe the certificate: nothing can be judged by them.
  if (!leaf) throw malformed(NAME, 'holds neither Cert nor Chain; set_current_client_cert_details of the proxy adds them');
  if (cert && (cert.length !== 1 || !cert[0]?.equals(leaf))) throw malformed(NAME, 'names two certificates');
  const hash = pairs.get('hash');
  if (hash !== undefined && hash.toLowerCase() !== createHash('sha256').update(leaf).digest('hex'))
    throw malformed(NAME, 'holds a Hash of another certificate');
  if (rest.length > MAX_CHAIN) throw malformed(NAME, `holds more than ${MAX_CHAIN} certificates beside that of the client`);
  return { leaf, chain: rest };
}

function pairsIn(line: string): Map<string, string> {
  const pairs = new Map<string, string>();
  PAIR.lastIndex = 0;
  for (;;) {
    const [, key = '', quoted, plain = '', end] = PAIR.exec(line) ?? [];
    if (end === undefined) throw malformed(NAME, 'cannot be read');
    // MTLS-8: each proxy of a row adds an element, and only the last of them is trusted.
    if (end === ',') throw malformed(NAME, 'holds more than one element');
    const name = key.toLowerCase();
    if (pairs.has(name) && !LISTS.includes(name)) throw malformed(NAME, `holds ${key} twice`);
    pairs.set(name, quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1'));
    if (end === '') return pairs;
  }
}

/** URL-encoded PEM. */
function certificatesIn(text: string): Buffer[] {
  let pem: string;
  try {
    pem = decodeURIComponent(text);
  } catch {
    throw malformed(NAME, 'is not URL-encoded');
  }
  const found: Buffer[] = [];
  PEM.lastIndex = 0;
  while (PEM.lastIndex < pem.length) {
    const body = PEM.exec(pem)?.[1];
    if (body === undefined) throw malformed(NAME, 'holds something besides certificates in PEM form');
    found.push(certificateOf(Buffer.from(body, 'base64'), NAME));
  }
  return found;
}
