import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../checks/index.js';
import { VERSION } from '../version.js';
import { readCommand } from './command-line.js';
import { USAGE } from './usage.js';

const OWN = ['--url', 'http://localhost/x', '--audience', 'a', '--own-issuer-port', '4455'];

function runOf(args: readonly string[], environment: Record<string, string> = {}) {
  const command = readCommand(args, environment);
  if (command.kind !== 'run') throw new Error(`Not a run but ${command.kind}.`);
  return command;
}

const mistakesOf = (args: readonly string[], environment: Record<string, string> = {}): string => {
  try {
    readCommand(args, environment);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('the command line', () => {
  it('of an own issuer', () => {
    const { run, format, output } = runOf([
      ...OWN,
      '--scope',
      'a  b',
      '--header',
      'X-Tenant: t1',
      '--only',
      'alg-none, expired',
      '--claims',
      '{"a":1}',
    ]);
    expect(run).toMatchObject({
      ownIssuerPort: 4455,
      claims: { a: 1 },
      only: ['alg-none', 'expired'],
      waitSeconds: 0,
      dangerouslyAllowHttp: false,
    });
    expect(run.target).toMatchObject({ method: 'GET', scopes: ['a', 'b'], headers: [['X-Tenant', 't1']], revocationSeconds: 2 });
    expect([format.name, output]).toEqual(['text', undefined]);
  });

  it('of a client and an operator, whose secrets come from the environment', () => {
    const args = [
      '--url',
      'http://localhost/x',
      '--audience',
      'a',
      '--issuer',
      'http://localhost',
      '--client-id',
      'c',
      '--operator-id',
      'o',
    ];
    const { run } = runOf(args, { RS_CHECK_CLIENT_SECRET: 's1', RS_CHECK_OPERATOR_SECRET: 's2' });
    expect(run).toMatchObject({ client: { clientId: 'c', clientSecret: 's1' }, operator: { clientId: 'o', clientSecret: 's2' } });
  });

  it('a body is JSON unless a header says otherwise', () => {
    const { run } = runOf([...OWN, '--method', 'post', '--body', '{}']);
    expect(run.target).toMatchObject({ method: 'POST', body: '{}', headers: [['Content-Type', 'application/json']] });
    expect(runOf([...OWN, '--method', 'POST', '--body', 'x', '--header', 'content-type: text/plain']).run.target.headers).toHaveLength(1);
  });

  it.each([
    ['a body of a GET', ['--body', '{}'], '--body: a GET has none'],
    ['a body that cannot be read', ['--method', 'POST', '--body', '@/nowhere'], '--body: /nowhere cannot be read'],
    ['a header that is none', ['--header', 'X-Tenant'], '--header: not in the form'],
    ['a header with a line break', ['--header', 'X: a\nY: b'], '--header: not in the form'],
    ['an Authorization header', ['--header', 'authorization: x'], '--header: Authorization'],
    ['claims that are no object', ['--claims', '[1]'], '--claims: not a JSON object'],
    ['claims that are no JSON', ['--claims', '{'], '--claims: not a JSON object'],
    ['a format that does not exist', ['--format', 'xml'], '--format: one of text, json, sarif'],
    ['a client beside the own issuer', ['--client-id', 'c'], '--own-issuer-port: the own issuer has no clients'],
    [
      'a secret file that is not there',
      ['--client-id', 'c', '--client-secret-file', '/nowhere'],
      '--client-secret-file: /nowhere cannot be read',
    ],
    ['words without an option', ['https://api.example'], 'Unexpected argument'],
  ])('%s is refused', (_, more, words) => {
    expect(mistakesOf([...OWN, ...more], { RS_CHECK_CLIENT_SECRET: 's' })).toContain(words);
  });

  it('the help names every option, and says what each is for', () => {
    const source = readFileSync(new URL('command-line.ts', import.meta.url), 'utf8');
    const options = [...source.matchAll(/^ {2}'?([a-z-]+)'?: (?:TEXT|FLAG|\{ type)/gm)].map(([, name]) => name);
    expect(options).toHaveLength(25);
    for (const name of options) expect(USAGE).toContain(`--${name}`);
  });
});

describe('the list of checks', () => {
  it('gives every check a rule that can be looked up, a reason and a way to mend it', () => {
    expect(CHECKS.names().length).toBeGreaterThanOrEqual(40);
    for (const { name, title, why, rule, remedy, expected } of CHECKS) {
      expect(name).toMatch(/^[a-z][a-z0-9-]+$/);
      expect(rule, name).toMatch(/^(?:RFC \d{4} §[\d.]+|OWASP API\d:2023)/);
      for (const sentence of [why, remedy]) expect(sentence, name).toMatch(/^[A-Z].*\.$/s);
      expect(title, name).not.toMatch(/\.$/);
      expect(expected, name).not.toBe('');
    }
  });

  it('answers attacks 1 to 16, 53 and 54, and table 25.8', () => {
    const covered = new Set([...CHECKS].flatMap(({ covers = [] }) => covers));
    const owed = [...Array.from({ length: 16 }, (_, i) => i + 1), 53, 54].map((number) => `attack ${number}`);
    // 14, keys that were rotated away: what is sent is no longer in the key set, which is unknown-key.
    expect([...owed, 'table 25.8'].filter((each) => !covered.has(each))).toEqual(['attack 14']);
  });

  it('carries the version that its package will have', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')) as { version: string };
    expect(VERSION).toBe(version);
  });
});
