import { readFileSync } from 'node:fs';
import { customCleanEnv, type CleanedEnv } from 'envalid';
import { isSecret } from '@countersign/oauth';
import { databaseSettings } from './database.settings.js';
import { keysSettings } from './keys.settings.js';
import { limitsSettings } from './limits.settings.js';
import { listenersSettings } from './listeners.settings.js';
import { runtimeSettings } from './runtime.settings.js';
import { shareKeys } from './setting-types.js';

/** Every setting by topic; `docs/configuration.md` is generated from this. */
export const SETTINGS_BY_TOPIC = {
  Runtime: runtimeSettings,
  Listeners: listenersSettings,
  Database: databaseSettings,
  Keys: keysSettings,
  Limits: limitsSettings,
};

const SETTINGS = { ...runtimeSettings, ...listenersSettings, ...databaseSettings, ...keysSettings, ...limitsSettings };

/** Settings that are also read from the file named by `<NAME>_FILE`. */
export const FILE_SETTINGS = [
  'KEY_ENCRYPTION_KEYS_EXTERNAL',
  'KEY_ENCRYPTION_KEYS_INTERNAL',
  'SECRET_PEPPERS',
  'OPERATOR_CLIENT_SECRET',
  'DATABASE_URL',
  'MIGRATION_DATABASE_URL',
  'DATABASE_LISTEN_URL',
] as const;

export type Settings = Readonly<CleanedEnv<typeof SETTINGS>>;

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
  check('PUBLIC_URL', s.PUBLIC_URL === s.INTERNAL_URL, 'must differ from INTERNAL_URL');
  check('OPS_PORT', s.OPS_PORT === s.PORT, 'must differ from PORT');
  const production = s.NODE_ENV === 'production';
  check('PUBLIC_URL', production && Boolean(s.PUBLIC_URL?.startsWith('http://')), 'must be https in production');
  check('DEMO', production && s.DEMO, 'no demo data in production');
  check('DANGEROUSLY_DISABLE_TOKEN_AUDIT', production && s.DANGEROUSLY_DISABLE_TOKEN_AUDIT, 'refused in production');
  check(
    'DANGEROUSLY_ENABLE_TEST_TOKENS',
    production && s.DANGEROUSLY_ENABLE_TEST_TOKENS,
    'refused in production: it lets operators sign tokens with any content. Attack a staging system instead',
  );
  return mistakes;
}
