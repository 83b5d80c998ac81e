import { port, str, type CleanedEnv } from 'envalid';
import type { Zone } from '@countersign/oauth';
import { issuerUrl, networks, pemCertificate, pemPrivateKey } from './setting-types.js';

export const listenersSettings = {
  PUBLIC_URL: issuerUrl({
    desc: 'Issuer of the external zone and base of every public URL.',
    example: 'https://auth.example.com',
    devDefault: 'http://localhost:3000',
  }),
  INTERNAL_URL: issuerUrl({
    desc: 'Issuer of the internal zone.',
    example: 'https://auth.internal.example.com',
    devDefault: 'https://localhost:3443',
  }),
  ZONES: str({
    choices: ['external', 'internal', 'both'] as const,
    default: 'both' as const,
    desc: 'Zones this process serves; it unwraps only their keys.',
  }),
  HOST: str({ desc: 'Address the public listener binds.', default: '0.0.0.0', devDefault: '127.0.0.1' }),
  PORT: port({ desc: 'Port of the public listener (plain HTTP behind the TLS proxy).', default: 3000 }),
  INTERNAL_HOST: str({ desc: 'Address the internal listener binds.', default: '0.0.0.0', devDefault: '127.0.0.1' }),
  INTERNAL_PORT: port({ desc: 'Port of the internal listener (TLS 1.3, asks for client certificates).', default: 3443 }),
  INTERNAL_TLS_CERT: pemCertificate({
    desc: 'Certificate of the internal listener with its chain, PEM; outside production one is made in DATA_DIR.',
    default: undefined,
    requiredWhen: (env) => env['NODE_ENV'] === 'production' && env['ZONES'] !== 'external',
  }),
  INTERNAL_TLS_KEY: pemPrivateKey({
    desc: 'Its private key, PEM.',
    default: undefined,
    requiredWhen: (env) => env['NODE_ENV'] === 'production' && env['ZONES'] !== 'external',
  }),
  MTLS_URL: issuerUrl({
    desc: 'Base of the public routes for clients with certificates (RFC 8705 §5); absent in production: there is no such listener.',
    example: 'https://mtls.auth.example.com',
    default: undefined,
    devDefault: 'https://localhost:3444',
  }),
  MTLS_PORT: port({ desc: 'Port of that listener; it binds HOST.', default: 3444 }),
  MTLS_TLS_CERT: pemCertificate({
    desc: 'Certificate of that listener with its chain, PEM; outside production one is made in DATA_DIR.',
    default: undefined,
    requiredWhen: (env) => env['NODE_ENV'] === 'production' && Boolean(env['MTLS_URL']) && env['ZONES'] !== 'internal',
  }),
  MTLS_TLS_KEY: pemPrivateKey({
    desc: 'Its private key, PEM.',
    default: undefined,
    requiredWhen: (env) => env['NODE_ENV'] === 'production' && Boolean(env['MTLS_URL']) && env['ZONES'] !== 'internal',
  }),
  OPS_HOST: str({ desc: 'Address of the operations listener (metrics and health).', default: '127.0.0.1' }),
  OPS_PORT: port({ desc: 'Port of the operations listener.', default: 3900 }),
  TRUSTED_PROXIES: networks({
    desc: 'CIDR blocks whose X-Forwarded-For counts; empty: the header is ignored.',
    default: [] as readonly string[],
    example: '10.0.0.0/8',
  }),
  FORWARDED_CLIENT_CERTIFICATE: str({
    choices: ['none', 'rfc9440', 'xfcc'] as const,
    default: 'none' as const,
    desc: 'Header in which TRUSTED_PROXIES forward the certificate of a client: rfc9440 (Client-Cert, Client-Cert-Chain) or xfcc (X-Forwarded-Client-Cert of Envoy, with Cert or Chain). They must drop what clients send of it. From any other peer such a header refuses the request.',
  }),
  FORWARDED_CLIENT_CERTIFICATE_ZONES: str({
    choices: ['external', 'internal', 'both'] as const,
    default: 'external' as const,
    desc: 'Zones in which that header counts; certificates of microservices come by TLS itself unless this says otherwise.',
  }),
};

type CertificateSettings = Readonly<
  Pick<CleanedEnv<typeof listenersSettings>, 'MTLS_URL' | 'FORWARDED_CLIENT_CERTIFICATE' | 'FORWARDED_CLIENT_CERTIFICATE_ZONES'>
>;

/** Whether certificates count in a zone when a trusted proxy forwards them. */
export function forwardsCertificates(
  s: Pick<CertificateSettings, 'FORWARDED_CLIENT_CERTIFICATE' | 'FORWARDED_CLIENT_CERTIFICATE_ZONES'>,
  zone: Zone,
): boolean {
  if (s.FORWARDED_CLIENT_CERTIFICATE === 'none') return false;
  return s.FORWARDED_CLIENT_CERTIFICATE_ZONES === 'both' || s.FORWARDED_CLIENT_CERTIFICATE_ZONES === zone;
}

/** Zones in which a client has a way to show a certificate. */
export function zonesWithCertificates(s: CertificateSettings): readonly Zone[] {
  return s.MTLS_URL !== undefined || forwardsCertificates(s, 'external') ? ['external', 'internal'] : ['internal'];
}
