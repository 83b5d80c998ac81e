import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import 'reflect-metadata';
import { mintSecret } from '@countersign/oauth';
import { makeLocalCertificate } from '../listeners/index.js';
import { Redacted } from './setting-types.js';
import { ConfigurationError, FILE_SETTINGS, loadConfiguration, SETTINGS_BY_TOPIC } from './configuration.js';

type Environment = Record<string, string>;

const key = (): string => `v1:${randomBytes(32).toString('base64')}`;
const SECRET = mintSecret('csn_secret');
const TLS = await makeLocalCertificate(['localhost']);
const OTHER_TLS = await makeLocalCertificate(['localhost']);
const PRODUCTION: Environment = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://auth.example.com',
  INTERNAL_URL: 'https://auth.internal.example.com',
  DATABASE_URL: 'postgres://app:pw@db/countersign',
  MIGRATION_DATABASE_URL: 'postgres://owner:pw@db/countersign',
  KEY_ENCRYPTION_KEYS_EXTERNAL: key(),
  KEY_ENCRYPTION_KEYS_INTERNAL: key(),
  SECRET_PEPPERS: key(),
  INTERNAL_TLS_CERT: TLS.cert.trim(),
  INTERNAL_TLS_KEY: TLS.key.trim(),
  MTLS_URL: 'https://mtls.auth.example.com',
  MTLS_TLS_CERT: TLS.cert.trim(),
  MTLS_TLS_KEY: TLS.key.trim(),
  OPERATOR_CLIENT_ID: 'sp_01kaj6q8f2e4tbp0m9d3s7x5zc',
  OPERATOR_CLIENT_SECRET: SECRET,
};

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'countersign-settings-'))));
afterAll(() => rmSync(folder, { recursive: true }));

function mistakesOf(environment: Environment): readonly string[] {
  try {
    loadConfiguration(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes;
    throw error;
  }
}

/** What a setting holds, secret or not. */
function revealed(value: unknown): unknown {
  return value instanceof Redacted ? value.reveal() : value;
}

function without(name: string): Environment {
  return Object.fromEntries(Object.entries(PRODUCTION).filter(([other]) => other !== name));
}

function fileOf(text: string): string {
  const path = join(folder, randomBytes(6).toString('hex'));
  writeFileSync(path, text);
  return path;
}

describe('a configuration', () => {
  it('of production that is complete is taken', () => {
    expect(loadConfiguration(PRODUCTION).settings).toMatchObject({
      NODE_ENV: 'production',
      HOST: '0.0.0.0',
      PORT: 3000,
      OPS_HOST: '127.0.0.1',
      DEMO: false,
      LOG_LEVEL: 'info',
      ZONES: 'both',
    });
  });

  it('of development needs nothing, and stays on loopback', () => {
    expect(loadConfiguration({}).settings).toMatchObject({
      NODE_ENV: 'development',
      HOST: '127.0.0.1',
      PUBLIC_URL: 'http://localhost:3000',
      DEMO: true,
    });
  });

  it('of production with nothing set names every missing setting at once', () => {
    const names = mistakesOf({ NODE_ENV: 'production' }).map((mistake) => mistake.split(':')[0]);
    expect(names.sort()).toEqual([
      'DATABASE_URL',
      'INTERNAL_TLS_CERT',
      'INTERNAL_TLS_KEY',
      'INTERNAL_URL',
      'KEY_ENCRYPTION_KEYS_EXTERNAL',
      'KEY_ENCRYPTION_KEYS_INTERNAL',
      'MIGRATION_DATABASE_URL',
      'PUBLIC_URL',
      'SECRET_PEPPERS',
    ]);
  });

  it.each(Object.keys(without('OPERATOR_CLIENT_ID')).filter((name) => !['NODE_ENV', 'OPERATOR_CLIENT_SECRET', 'MTLS_URL'].includes(name)))(
    'of production without %s is refused by its name',
    (name) => {
      expect(mistakesOf(without(name))).toEqual([expect.stringContaining(`${name}: `)]);
    },
  );

  it('an empty variable counts as not set', () => {
    expect(mistakesOf({ ...PRODUCTION, SECRET_PEPPERS: '' })).toEqual([expect.stringContaining('SECRET_PEPPERS: ')]);
    expect(loadConfiguration({ TRUSTED_PROXIES: '', PORT: '' }).settings).toMatchObject({ TRUSTED_PROXIES: [], PORT: 3000 });
  });

  it('of a process without MTLS_URL needs nothing of that listener', () => {
    expect(mistakesOf({ ...PRODUCTION, MTLS_URL: '', MTLS_TLS_CERT: '', MTLS_TLS_KEY: '' })).toEqual([]);
  });

  it('of a process of the external zone needs no certificate of the internal listener', () => {
    expect(mistakesOf({ ...PRODUCTION, INTERNAL_TLS_CERT: '', INTERNAL_TLS_KEY: '', ZONES: 'external' })).toEqual([]);
  });

  it('of a process of one zone needs no key of the other', () => {
    expect(mistakesOf({ ...without('KEY_ENCRYPTION_KEYS_INTERNAL'), ZONES: 'external' })).toEqual([]);
    expect(mistakesOf({ ...without('KEY_ENCRYPTION_KEYS_EXTERNAL'), ZONES: 'internal' })).toEqual([]);
  });
});

describe('an unsafe or wrong setting is refused by its name', () => {
  const shared = key();
  const rows: [string, string, Environment][] = [
    ['an http PUBLIC_URL', 'PUBLIC_URL', { PUBLIC_URL: 'http://auth.example.com' }],
    ['an http PUBLIC_URL on loopback in production', 'PUBLIC_URL', { PUBLIC_URL: 'http://localhost:3000' }],
    ['a trailing slash', 'PUBLIC_URL', { PUBLIC_URL: 'https://auth.example.com/' }],
    ['a trailing slash of the other issuer', 'INTERNAL_URL', { INTERNAL_URL: 'https://auth.internal.example.com/' }],
    ['a query in the issuer', 'PUBLIC_URL', { PUBLIC_URL: 'https://auth.example.com?x=1' }],
    ['a fragment in the issuer', 'PUBLIC_URL', { PUBLIC_URL: 'https://auth.example.com#x' }],
    ['a user in the issuer', 'PUBLIC_URL', { PUBLIC_URL: 'https://me@auth.example.com' }],
    ['capitals in the host', 'PUBLIC_URL', { PUBLIC_URL: 'https://Auth.example.com' }],
    ['a default port spelled out', 'PUBLIC_URL', { PUBLIC_URL: 'https://auth.example.com:443' }],
    ['no URL at all', 'PUBLIC_URL', { PUBLIC_URL: 'auth.example.com' }],
    ['one issuer for both zones', 'PUBLIC_URL', { INTERNAL_URL: 'https://auth.example.com' }],
    ['one port for both listeners', 'OPS_PORT', { OPS_PORT: '3000' }],
    ['one port for two TLS listeners', 'MTLS_PORT', { MTLS_PORT: '3443' }],
    ['one URL for two listeners', 'INTERNAL_URL', { MTLS_URL: PRODUCTION['INTERNAL_URL']! }],
    ['an internal issuer without TLS', 'INTERNAL_URL', { INTERNAL_URL: 'http://localhost:3443' }],
    ['a certificate that is none', 'INTERNAL_TLS_CERT', { INTERNAL_TLS_CERT: 'certificate' }],
    ['a private key that is none', 'INTERNAL_TLS_KEY', { INTERNAL_TLS_KEY: TLS.cert }],
    ['the key of another certificate', 'MTLS_TLS_KEY', { MTLS_TLS_KEY: OTHER_TLS.key }],
    [
      'a key that both zones share',
      'KEY_ENCRYPTION_KEYS_INTERNAL',
      { KEY_ENCRYPTION_KEYS_EXTERNAL: shared, KEY_ENCRYPTION_KEYS_INTERNAL: shared.replace('v1', 'v9') },
    ],
    [
      'an old key that both zones share',
      'KEY_ENCRYPTION_KEYS_INTERNAL',
      { KEY_ENCRYPTION_KEYS_EXTERNAL: `${key()},${shared.replace('v1', 'v0')}`, KEY_ENCRYPTION_KEYS_INTERNAL: shared },
    ],
    ['a pepper that is a key-encryption key', 'SECRET_PEPPERS', { KEY_ENCRYPTION_KEYS_EXTERNAL: shared, SECRET_PEPPERS: shared }],
    [
      'a pepper that is the internal key-encryption key',
      'SECRET_PEPPERS',
      { KEY_ENCRYPTION_KEYS_INTERNAL: shared, SECRET_PEPPERS: shared },
    ],
    ['a short key', 'KEY_ENCRYPTION_KEYS_EXTERNAL', { KEY_ENCRYPTION_KEYS_EXTERNAL: `v1:${randomBytes(16).toString('base64')}` }],
    ['a key without a version', 'SECRET_PEPPERS', { SECRET_PEPPERS: randomBytes(32).toString('base64') }],
    ['two keys of one version', 'SECRET_PEPPERS', { SECRET_PEPPERS: `${key()},${key()}` }],
    ['an operator without a secret', 'OPERATOR_CLIENT_SECRET', { OPERATOR_CLIENT_SECRET: '' }],
    ['a secret without an operator', 'OPERATOR_CLIENT_SECRET', { OPERATOR_CLIENT_ID: '' }],
    ['a secret of another form', 'OPERATOR_CLIENT_SECRET', { OPERATOR_CLIENT_SECRET: 'hunter2-hunter2-hunter2' }],
    [
      'a secret with a wrong checksum',
      'OPERATOR_CLIENT_SECRET',
      { OPERATOR_CLIENT_SECRET: SECRET.slice(0, -1) + (SECRET.endsWith('0') ? '1' : '0') },
    ],
    ['a secret with another prefix', 'OPERATOR_CLIENT_SECRET', { OPERATOR_CLIENT_SECRET: mintSecret('csn_pat') }],
    ['an operator id of another form', 'OPERATOR_CLIENT_ID', { OPERATOR_CLIENT_ID: 'operator' }],
    ['the demo in production', 'DEMO', { DEMO: 'true' }],
    ['a database that is not PostgreSQL', 'DATABASE_URL', { DATABASE_URL: 'mysql://app:pw@db/countersign' }],
    ['a database without a name', 'DATABASE_URL', { DATABASE_URL: 'postgres://app:pw@db' }],
    ['a proxy that is no network', 'TRUSTED_PROXIES', { TRUSTED_PROXIES: '10.0.0.0/8,everyone' }],
    ['a certificate header from nobody', 'FORWARDED_CLIENT_CERTIFICATE', { FORWARDED_CLIENT_CERTIFICATE: 'rfc9440' }],
    ...['0.0.0.0/0', '10.0.0.0/8,::/0', '::ffff:0.0.0.0/96', '::/64'].map((open): [string, string, Record<string, string>] => [
      `a certificate header from everybody, ${open}`,
      'FORWARDED_CLIENT_CERTIFICATE',
      { FORWARDED_CLIENT_CERTIFICATE: 'xfcc', TRUSTED_PROXIES: open },
    ]),
    ['an unknown certificate header', 'FORWARDED_CLIENT_CERTIFICATE', { FORWARDED_CLIENT_CERTIFICATE: 'x-ssl-cert' }],
    ['a limit of nought', 'RATE_LIMIT_TOKEN_PER_CLIENT', { RATE_LIMIT_TOKEN_PER_CLIENT: '0' }],
    ['a port out of range', 'PORT', { PORT: '70000' }],
    ['an unknown zone', 'ZONES', { ZONES: 'all' }],
    ['a trust domain with a port', 'TRUST_DOMAIN', { TRUST_DOMAIN: 'example.org:443' }],
    ['an internal host that can be no trust domain', 'TRUST_DOMAIN', { INTERNAL_URL: 'https://[::1]:3443' }],
    ['a certificate that lives for minutes', 'CERTIFICATE_LIFETIME_SECONDS', { CERTIFICATE_LIFETIME_SECONDS: '600' }],
    ['a certificate that lives for days', 'CERTIFICATE_LIFETIME_SECONDS', { CERTIFICATE_LIFETIME_SECONDS: '86401' }],
    ['a trust bundle without a file', 'TRUST_BUNDLES', { TRUST_BUNDLES: 'spire.example.org' }],
    ['two bundles of one trust domain', 'TRUST_BUNDLES', { TRUST_BUNDLES: 'a.example=/a,a.example=/b' }],
    ['a bundle from elsewhere for the own trust domain', 'TRUST_BUNDLES', { TRUST_BUNDLES: 'auth.internal.example.com=/a' }],
    ['an unknown environment', 'NODE_ENV', { NODE_ENV: 'staging' }],
  ];
  it.each(rows)('%s', (_, name, change) => {
    expect(mistakesOf({ ...PRODUCTION, ...change })).toEqual([expect.stringMatching(new RegExp(`^${name}: .{10,}`))]);
  });

  it('whatever is named DANGEROUSLY_ is refused in production', () => {
    const dangers = Object.values(SETTINGS_BY_TOPIC)
      .flatMap((topic) => Object.keys(topic))
      .filter((name) => name.startsWith('DANGEROUSLY_'));
    expect(dangers).not.toHaveLength(0);
    for (const name of dangers) {
      expect(mistakesOf({ ...PRODUCTION, [name]: 'true' })).toEqual([expect.stringContaining(`${name}: `)]);
      expect(mistakesOf({ [name]: 'true' })).toEqual([]);
    }
  });
});

describe('a secret in a file', () => {
  const VALUES: Environment = { ...PRODUCTION, DATABASE_LISTEN_URL: 'postgres://app:pw@db/countersign' };

  it.each(FILE_SETTINGS)('%s is read from the file that %s_FILE names, without the newline at its end', (name) => {
    const environment = { ...without(name), [`${name}_FILE`]: fileOf(`${VALUES[name]}\n`) };
    expect(mistakesOf(environment)).toEqual([]);
    const { settings } = loadConfiguration(environment);
    const expected = loadConfiguration({ ...PRODUCTION, [name]: VALUES[name]! }).settings[name];
    expect(JSON.stringify(revealed(settings[name]))).toBe(JSON.stringify(revealed(expected)));
  });

  it.each(FILE_SETTINGS)('%s is refused when set both ways', (name) => {
    expect(mistakesOf({ ...PRODUCTION, [name]: VALUES[name]!, [`${name}_FILE`]: fileOf(VALUES[name]!) })).toEqual([
      expect.stringContaining(`${name}: set it or ${name}_FILE`),
    ]);
  });

  it.each(FILE_SETTINGS)('%s_FILE that cannot be read is named with its path', (name) => {
    const path = join(folder, 'missing');
    expect(mistakesOf({ ...without(name), [`${name}_FILE`]: path })).toContainEqual(expect.stringContaining(`${name}_FILE: ${path} `));
  });

  it('that is empty counts as not set', () => {
    expect(mistakesOf({ ...without('SECRET_PEPPERS'), SECRET_PEPPERS_FILE: fileOf('\n') })).toEqual([
      expect.stringContaining('SECRET_PEPPERS'),
    ]);
  });
});

describe('no secret is ever printed', () => {
  const CANARY = 'canary0canary0canary0canary0canary0canary0c';
  const secretSettings = [...FILE_SETTINGS];

  it('by the list of mistakes, whatever is wrong with it', () => {
    for (const broken of [
      CANARY,
      `v1:${CANARY}`,
      `${CANARY}:v1`,
      `v1:${CANARY},v1:${CANARY}`,
      `postgres://app:${CANARY}@`,
      `mysql://app:${CANARY}@db/x`,
      `https://${CANARY}`,
    ]) {
      const environment = Object.fromEntries(secretSettings.map((name) => [name, broken]));
      const mistakes = mistakesOf({ ...PRODUCTION, ...environment });
      expect(mistakes.length).toBeGreaterThan(0);
      expect(new ConfigurationError(mistakes).message).not.toContain(CANARY);
    }
  });

  it('by printing, serialising or inspecting the settings', () => {
    const { settings } = loadConfiguration(PRODUCTION);
    const secrets = secretSettings.flatMap((name) => (PRODUCTION[name] ? [PRODUCTION[name].replace('v1:', '')] : []));
    for (const shown of [
      JSON.stringify(settings),
      inspect(settings, { depth: 9, showHidden: true }),
      String(settings.OPERATOR_CLIENT_SECRET),
      `${settings.SECRET_PEPPERS as unknown as string}`,
    ]) {
      for (const secret of secrets) expect(shown).not.toContain(secret);
      expect(shown).toContain('[redacted]');
    }
  });
});
