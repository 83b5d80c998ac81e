import { readFileSync } from 'node:fs';
import { customCleanEnv, type CleanedEnv } from 'envalid';
import { isSecret, type Zone } from '@countersign/oauth';
import { brandSettings } from './brand.settings.js';
import { certificatesSettings, trustDomainMistakes } from './certificates.settings.js';
import { databaseSettings } from './database.settings.js';
import { dynamicRegistrationSettings } from './dynamic-registration.settings.js';
import { keysSettings } from './keys.settings.js';
import { limitsSettings } from './limits.settings.js';
import { listenersSettings } from './listeners.settings.js';
import { peopleSettings } from './people.settings.js';
import { registrationSettings } from './registration.settings.js';
import { runtimeSettings } from './runtime.settings.js';
import { secretScanningSettings } from './secret-scanning.settings.js';
import { listenerMistakes } from './listener-mistakes.js';
import { shareKeys } from './setting-types.js';
import { tracingSettings } from './tracing.settings.js';

/** Every setting by topic; `docs/configuration.md` is generated from this. */
export const SETTINGS_BY_TOPIC = {
  Runtime: runtimeSettings,
  Listeners: listenersSettings,
  Database: databaseSettings,
  Keys: keysSettings,
  Certificates: certificatesSettings,
  Limits: limitsSettings,
  People: peopleSettings,
  'Registration of apps': registrationSettings,
  'Dynamic registration': dynamicRegistrationSettings,
  'Secret scanning': secretScanningSettings,
  Pages: brandSettings,
  Tracing: tracingSettings,
};

const SETTINGS = {
  ...runtimeSettings,
  ...listenersSettings,
  ...databaseSettings,
  ...keysSettings,
  ...certificatesSettings,
  ...limitsSettings,
  ...peopleSettings,
  ...registrationSettings,
  ...dynamicRegistrationSettings,
  ...secretScanningSettings,
  ...brandSettings,
  ...tracingSettings,
};

/** Settings that are also read from the file named by `<NAME>_FILE`. */
export const FILE_SETTINGS = [
  'KEY_ENCRYPTION_KEYS_EXTERNAL',
  'KEY_ENCRYPTION_KEYS_INTERNAL',
  'SECRET_PEPPERS',
  'OPERATOR_CLIENT_SECRET',
  'DATABASE_URL',
  'MIGRATION_DATABASE_URL',
  'DATABASE_LISTEN_URL',
  'INTERNAL_TLS_CERT',
  'INTERNAL_TLS_KEY',
  'MTLS_TLS_CERT',
  'MTLS_TLS_KEY',
] as const;

export type Settings = Readonly<CleanedEnv<typeof SETTINGS>>;

/** The issuer of a zone: what its tokens carry as `iss`. */
export function issuerOf(settings: Pick<Settings, 'PUBLIC_URL' | 'INTERNAL_URL'>, zone: Zone): string {
  return zone === 'internal' ? settings.INTERNAL_URL : settings.PUBLIC_URL;
}

/** Whether this process serves the zone, and holds its keys. */
export function servesZone({ ZONES }: Pick<Settings, 'ZONES'>, zone: Zone): boolean {
  return ZONES === 'both' || ZONES === zone;
}

/** Injection token and type of the settings, read once at start. */
export abstract class Configuration {
  abstract readonly settings: Settings;
}

/** All mistakes of a configuration at once. */
export class ConfigurationError extends Error {
  constructor(readonly mistakes: readonly string[]) {
    super(
      `The configuration has ${mistakes.length} mistake${mistakes.length === 1 ? '' : 's'}:\n${mistakes.map((m) => `  - ${m}`).join('\n')}`,
    );
  }
}

/** Reads and checks the environment. @throws ConfigurationError that lists every mistake. */
export function loadConfiguration(environment: NodeJS.ProcessEnv): Configuration {
  const mistakes: string[] = [];
  const env = withFiles(environment, mistakes);
  // Not cleanEnv: its strict proxy throws at the cross checks when they look at a setting that is wrong.
  const settings: Settings = customCleanEnv(env, SETTINGS, (cleaned) => cleaned as Settings, {
    reporter: ({ errors }) => {
      for (const [name, error] of Object.entries(errors))
        mistakes.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    },
  });
  mistakes.push(...crossChecks(settings, new Set(mistakes.map((m) => m.split(':')[0] ?? ''))));
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  return { settings };
}

function withFiles(environment: NodeJS.ProcessEnv, mistakes: string[]): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { NODE_ENV: 'development', ...environment };
  // An empty variable is a variable that is not set: compose files write them so.
  for (const [name, value] of Object.entries(env)) if (value === '') delete env[name];
  for (const name of FILE_SETTINGS) {
    const path = env[`${name}_FILE`];
    if (!path) continue;
    if (env[name]) mistakes.push(`${name}: set it or ${name}_FILE, not both`);
    try {
      env[name] = readFileSync(path, 'utf8').trim();
    } catch {
      mistakes.push(`${name}_FILE: ${path} cannot be read`);
    }
  }
  return env;
}

const REFUSED_IN_PRODUCTION: readonly { name: string; wrong: (s: Settings) => boolean; message: string }[] = [
  { name: 'PUBLIC_URL', wrong: (s) => Boolean(s.PUBLIC_URL?.startsWith('http://')), message: 'must be https in production' },
  { name: 'DEMO', wrong: (s) => s.DEMO, message: 'no demo data in production' },
  { name: 'DANGEROUSLY_DISABLE_TOKEN_AUDIT', wrong: (s) => s.DANGEROUSLY_DISABLE_TOKEN_AUDIT, message: 'refused in production' },
  {
    name: 'DANGEROUSLY_ENABLE_TEST_TOKENS',
    wrong: (s) => s.DANGEROUSLY_ENABLE_TEST_TOKENS,
    message: 'refused in production: it lets operators sign tokens with any content. Attack a staging system instead',
  },
];

function crossChecks(s: Settings, broken: ReadonlySet<string>): string[] {
  const mistakes: string[] = [];
  const check = (name: string, wrong: boolean, message: string): void => {
    if (wrong && !broken.has(name)) mistakes.push(`${name}: ${message}`);
  };
  const keys = [s.KEY_ENCRYPTION_KEYS_EXTERNAL, s.KEY_ENCRYPTION_KEYS_INTERNAL, s.SECRET_PEPPERS].map((k) => k?.reveal() ?? []);
  const [external = [], internal = [], peppers = []] = keys;
  check('KEY_ENCRYPTION_KEYS_INTERNAL', shareKeys(external, internal), 'must not share a key with the external zone');
  check('SECRET_PEPPERS', shareKeys(peppers, [...external, ...internal]), 'must not share a key with a key-encryption key');
  check(
    'OPERATOR_CLIENT_SECRET',
    Boolean(s.OPERATOR_CLIENT_ID) !== Boolean(s.OPERATOR_CLIENT_SECRET),
    'OPERATOR_CLIENT_ID and OPERATOR_CLIENT_SECRET go together',
  );
  const secret = s.OPERATOR_CLIENT_SECRET?.reveal();
  check(
    'OPERATOR_CLIENT_SECRET',
    secret !== undefined && !isSecret(secret, 'csn_secret'),
    'must have the csn_secret_ format; `node dist/src/cli/main.js new-operator` makes one',
  );
  check(
    'OPERATOR_CLIENT_ID',
    s.OPERATOR_CLIENT_ID !== undefined && !/^sp_[0-7][0-9a-hjkmnp-tv-z]{25}$/.test(s.OPERATOR_CLIENT_ID),
    'must be a TypeID that starts with sp_',
  );
  for (const { name, message } of listenerMistakes(s, broken)) check(name, true, message);
  if (s.NODE_ENV === 'production') for (const { name, wrong, message } of REFUSED_IN_PRODUCTION) check(name, wrong(s), message);
  return [...mistakes, ...trustDomainMistakes(s, broken)];
}
