import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = new URL('../..', import.meta.url).pathname;
const LONG_MS = 900_000;

let copy: string;
beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), 'countersign-new-module-'));
  const { output } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], ROOT);
  for (const file of output.trim().split('\n')) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(ROOT, file), join(copy, file), { force: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  // With what was built before, only the new files have to be.
  cpSync(join(ROOT, 'dist'), join(copy, 'dist'), { recursive: true, filter: (path) => path !== join(ROOT, 'dist/packages') });
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Nothing of this test run reaches the other one. */
function run(command: string, args: readonly string[], cwd = copy): Promise<{ code: number; output: string }> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST') && name !== 'NODE_ENV'));
  return new Promise((resolve) => {
    execFile(command, args, { cwd, env, maxBuffer: 16 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code) || 1, output: stdout + stderr }),
    );
  });
}

const generate = (...args: string[]): Promise<{ code: number; output: string }> =>
  run(process.execPath, ['scripts/new-module.mjs', ...args]);
const reads = (file: string): string => readFileSync(join(copy, file), 'utf8');

function commandsOfTheGuide(): string[] {
  const guide = readFileSync(join(ROOT, 'docs/guides/add-a-protected-route.md'), 'utf8');
  return [...guide.matchAll(/<!-- tested in a copy -->\n```sh\n([^]*?)\n```/g)].flatMap(([, text = '']) => text.split('\n'));
}

describe('npm run new:module', () => {
  it('refuses what is no name and no scope, and writes nothing', async () => {
    const rows = [
      [],
      ['invoices'],
      ['Invoices', '--scope', 'read:invoices'],
      ['../x', '--scope', 'read:x'],
      ['invoices', '--scope', 'a b'],
      ['sheep', '--scope', 'read:sheep'],
      ['reports', '--scope', 'read:reports'],
      ['invoices', '--unknown'],
    ];
    const before = readdirSync(join(copy, 'src/saasalytics'));
    for (const args of rows) {
      const { code, output } = await generate(...args);
      expect({ args, code }).toEqual({ args, code: 1 });
      expect(output).toContain('npm run new:module -- ');
      expect(output).not.toMatch(/^\s+at /m);
    }
    expect(readdirSync(join(copy, 'src/saasalytics'))).toEqual(before);
  });

  it(
    'by the commands of the guide: a module that passes the checks and whose routes answer 401, 403 and 200',
    { timeout: LONG_MS },
    async () => {
      const [first = '', ...others] = commandsOfTheGuide();
      const { code, output } = await run('bash', ['-c', first]);
      expect(code, output).toBe(0);
      expect(output.match(/^ {2}(?:src|migrations|test)\/\S+$/gm)).toHaveLength(12);
      expect(others).toEqual(['npm test -- test/saasalytics/invoices.test.ts', 'npm run check']);
      for (const other of others) expect(output).toContain(other);

      const [tests, check] = await Promise.all(others.map((command) => run('bash', ['-c', command])));
      expect(check?.code, check?.output).toBe(0);
      expect(tests?.code, tests?.output).toBe(0);
      // It is the generated test that calls the routes: it ran, whole.
      const titles = reads('test/saasalytics/invoices.test.ts').match(/ it\('/g) ?? [];
      expect(titles.length).toBeGreaterThan(5);
      expect(tests?.output).toContain(`\n${titles.length} passed, 0 failed, 0 skipped`);
    },
  );

  it('adds the scope once, cautiously, and leaves one that the catalogue has as it is', async () => {
    const before = reads('src/saasalytics/scopes.ts');
    expect(before).toMatch(/name: 'read:invoices'[^}]*delegable: false/);
    const { code } = await generate('invoice-lines', '--scope', 'read:invoices');
    expect(code).toBe(0);
    expect(reads('src/saasalytics/scopes.ts')).toBe(before);
    expect(reads('src/saasalytics/invoice-lines/invoice-lines.repository.ts')).toContain('FROM analytics_invoice_lines WHERE org_id = $1');
  });
});
