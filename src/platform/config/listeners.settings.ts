import { port, str } from 'envalid';
import { issuerUrl, networks } from './setting-types.js';

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
  OPS_HOST: str({ desc: 'Address of the operations listener (metrics and health).', default: '127.0.0.1' }),
  OPS_PORT: port({ desc: 'Port of the operations listener.', default: 3900 }),
  TRUSTED_PROXIES: networks({
    desc: 'CIDR blocks whose X-Forwarded-For counts; empty: the header is ignored.',
    default: [] as readonly string[],
    example: '10.0.0.0/8',
  }),
};
