import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;

const sources = ['src', 'libs'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith('.spec.ts') && !name.includes('node_modules'))
    .map((name) => ({ name, text: readFileSync(join(ROOT, name), 'utf8') })),
);

/** Who may open a transaction that crosses organizations, and why. */
const ACROSS_ORGS: Readonly<Record<string, string>> = {
  'src/directory/api-keys/known-api-keys.ts': 'a key says nothing of its organization',
  'src/directory/api-keys/secret-scanning/leaked-keys.ts': 'a key that leaked says nothing of its organization',
  'src/directory/api-resources': 'APIs belong to the platform',
  'src/directory/call-policies': 'our own services belong to no organization',
  'src/directory/microservice-identities': 'our own services belong to no organization',
  'src/directory/credentials/last-used.ts': 'writes the last use of many clients at once',
  'src/directory/orgs': 'operators list, create and suspend organizations',
  'src/directory/service-principals/operator-seeding.ts': 'operators belong to no organization',
  'src/directory/service-principals/service-principal-source.ts': 'a client id says nothing of its organization',
  'src/directory/third-party-apps/app-transactions.ts': 'operators see the apps of all publishers',
  'src/directory/third-party-apps/reviewed-names.ts': 'no app may look like one that was reviewed, whoever published that',
  'src/directory/third-party-apps/self-described-apps.ts': 'apps that describe themselves belong to no organization',
  'src/directory/third-party-apps/third-party-app-source.ts': 'a client id says nothing of its publisher',
  'src/directory/trusted-issuers/trust-transactions.ts': 'issuers that the platform trusts belong to no organization',
  'src/directory/users': 'people belong to no organization, and join links lead to any',
  'src/directory/identity-providers/provider-transactions.ts':
    'providers of the platform belong to no organization, and a sign-in knows none yet',
  'src/directory/identity-providers/provider-offers.ts': 'nobody is signed in yet',
  'src/issuer/sessions': 'sessions belong to people',
  'src/issuer/provider-sign-in/pending-sign-ins.ts': 'nobody is signed in yet',
  'src/issuer/authorization/': 'requests wait for people, not for organizations',
  'src/issuer/authorization-codes': 'a code says nothing of its organization',
  'src/issuer/device-codes': 'a device code says nothing of its organization',
  'src/issuer/consents': 'people see what they allowed, in all their organizations',
  'src/issuer/own-apps': 'people see what they allowed, in all their organizations',
  'src/issuer/registration/dynamic': 'apps that register themselves belong to no organization',
  'src/issuer/refresh-tokens': 'a refresh token says nothing of its organization',
  'src/issuer/federation/rule-tester.service.ts': 'asks whether an assertion was used, wherever that was',
  'src/directory/trust-map': 'our own services belong to no organization',
  'src/directory/usage': 'guards report the calls of all clients, and operators read them',
  'src/directory/watch': 'learns what is normal for the clients of all organizations',
  'src/issuer/certificates': 'the internal zone belongs to the platform',
  'src/issuer/revocation': 'guards need the revocations of all',
  'src/issuer/signing-keys': 'keys belong to the platform',
  'src/platform/audit/refusal-counter.ts': 'failures before anybody is known',
  'src/platform/audit/single-use-values.ts': 'an assertion is used up wherever its client belongs',
  'src/platform/audit-events': 'operators read all events',
  'src/platform/database': 'its own door',
  'src/platform/health': 'asks whether the database answers',
  'src/platform/reaper': 'expired rows of all',
};

/** Who may read the environment beside platform/config: the entry files, and the tests' launcher for PATH. */
const ENVIRONMENT = [
  'src/platform/config/',
  'src/main.ts',
  'src/cli/main.ts',
  'libs/testing/src/start-countersign.ts',
  'libs/rs-check/src/main.ts',
];

describe('rules of the house that no tool checks', () => {
  it('only listed modules open a transaction that crosses organizations', () => {
    const users = sources.filter(({ text }) => text.includes('PlatformTransactions')).map(({ name }) => name);
    expect(users.length).toBeGreaterThan(10);
    expect(users.filter((name) => !Object.keys(ACROSS_ORGS).some((allowed) => name.startsWith(allowed)))).toEqual([]);
  });

  it('the reference API never crosses organizations', () => {
    expect(sources.filter(({ name, text }) => name.startsWith('src/saasalytics/') && text.includes('PlatformTransactions'))).toEqual([]);
  });

  it('the environment is read by the configuration and the entry files alone', () => {
    const readers = sources.filter(({ text }) => /process\.env\b/.test(text)).map(({ name }) => name);
    expect(readers.filter((name) => !ENVIRONMENT.some((allowed) => name.startsWith(allowed)))).toEqual([]);
  });

  it('no file holds more than 250 lines', () => {
    expect(sources.filter(({ text }) => text.split('\n').length > 250).map(({ name }) => name)).toEqual([]);
  });

  it('no name says nothing', () => {
    expect(
      sources.filter(({ name }) => /(^|[/.-])(utils?|helpers?|common|misc|base|manager)([/.-]|$)/.test(name)).map(({ name }) => name),
    ).toEqual([]);
  });

  it('SQL stands in repositories and in platform/database', () => {
    const sql = /`\s*(?:SELECT|INSERT|UPDATE|DELETE|WITH)\s|'(?:SELECT|INSERT INTO|UPDATE|DELETE FROM)\s/;
    const speakers = sources
      .filter(({ name, text }) => sql.test(text) && !/\.repository\.ts$|^src\/platform\/database\/|-sql\.ts$/.test(name))
      .map(({ name }) => name);
    expect(speakers).toEqual(['src/platform/changes/change-listener.ts', 'src/platform/changes/changes.ts']);
  });
});
