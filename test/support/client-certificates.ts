import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { join } from 'node:path';
import type { Operator, PrincipalMade } from './builders.js';
import { makeCertificate, type CertificateFields, type MadeCertificate } from './certificates.js';
import type { TestServer } from './countersign.js';
import { keyInPem, type TlsClient } from './service-certificates.js';

export const SAN = 'agent.acme.example';

export function pemOf(...certificates: readonly { readonly der: Buffer }[]): string {
  return certificates.map(({ der }) => new X509Certificate(der).toString()).join('');
}

/** What a client with a certificate shows in TLS. */
export async function shown(certificate: MadeCertificate, chain: readonly MadeCertificate[] = []): Promise<TlsClient & { der: Buffer }> {
  return { cert: pemOf(certificate, ...chain), key: await keyInPem(certificate.keys), der: certificate.der };
}

/** A certificate that bears the DNS name of the tests, unless `fields` say otherwise. */
export async function aClientCertificate(
  signer: MadeCertificate | undefined,
  fields: CertificateFields = {},
  chain: readonly MadeCertificate[] = [],
): Promise<TlsClient & { der: Buffer }> {
  return shown(await makeCertificate({ signer, otherNames: [{ type: 'dns', value: SAN }], ...fields }), chain);
}

export async function anAuthority(fields: CertificateFields = {}): Promise<MadeCertificate> {
  return makeCertificate({ ca: true, subject: 'CN=Acme Root', ...fields });
}

/** A service principal that is known by a certificate of this authority. */
export function aCertifiedPrincipal(operator: Operator, orgId: string, ca: string, fields: object = {}): Promise<PrincipalMade> {
  return operator.aServicePrincipal(orgId, {
    auth_method: 'tls_client_auth',
    tls_client_auth_ca: ca,
    tls_client_auth_san: SAN,
    ...fields,
  });
}

export interface Sent {
  readonly client?: TlsClient | undefined;
  /** Header lines as they are sent. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly form?: Readonly<Record<string, string>>;
  readonly token?: string;
  /** From where, such as 127.0.0.9. */
  readonly from?: string;
}

export interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Record<string, unknown>;
}

/** A request with header lines as they are given, over TLS where the address says so. */
export function send(server: TestServer, url: string, { client, headers = [], form, token, from }: Sent = {}): Promise<Received> {
  const text = form && new URLSearchParams(form).toString();
  const lines = [
    ['host', new URL(url).host],
    ...(text === undefined
      ? []
      : [
          ['content-type', 'application/x-www-form-urlencoded'],
          ['content-length', String(text.length)],
        ]),
    ...(token === undefined ? [] : [['authorization', `Bearer ${token}`]]),
    ...headers,
  ];
  const options = { method: text === undefined ? 'GET' : 'POST', headers: lines.flat(), agent: false as const, localAddress: from };
  const isTls = url.startsWith('https:');
  const ca = isTls ? ['internal', 'mtls'].map((name) => readFileSync(join(server.files.dataDir, `${name}-tls.crt`), 'utf8')) : [];
  const { cert, key } = client ?? {};
  return new Promise((resolve, reject) => {
    const sent = isTls ? tlsRequest(url, { ...options, ca, ...(cert && key && { cert, key }) }) : plainRequest(url, options);
    sent.once('error', reject).once('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const answer = Buffer.concat(chunks).toString();
        const body = answer.startsWith('{') ? (JSON.parse(answer) as Record<string, unknown>) : {};
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    sent.end(text);
  });
}

/** A client_credentials request without any other credential than a certificate. */
export function askToken(
  server: TestServer,
  clientId: string,
  { base = server.mtlsUrl, ...sent }: Sent & { base?: string } = {},
): Promise<Received> {
  const form = { grant_type: 'client_credentials', client_id: clientId, audience: `${server.url}/analytics`, ...sent.form };
  return send(server, `${base}/oauth/token`, { ...sent, form });
}

/** RFC 9440 §2.2. */
export function clientCert({ der }: { der: Buffer }): string {
  return `:${der.toString('base64')}:`;
}

/** Envoy's element with the certificate, and its chain where there is one. */
export function xfcc({ cert, der }: { cert: string; der: Buffer }, more = ''): string {
  return `By=spiffe://mesh.example/gateway;Cert="${encodeURIComponent(new X509Certificate(der).toString())}";Chain="${encodeURIComponent(cert)}";Subject="CN=a, O=b"${more}`;
}
