import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesToRepeat, type FileReport } from '../../scripts/lib/test-report.mjs';

const ROOT = new URL('../..', import.meta.url).pathname;

/** Fails until it has been run before. */
const FLAKY = `
import { existsSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
it('is steady', () => {});
it('needs a second run', () => {
  const isSecond = existsSync('was-here');
  writeFileSync('was-here', '');
  expect(isSecond).toBe(true);
});
`;
const SOUND = `import { it } from 'vitest'; it('works', () => {}); it.skip('is left out', () => {});`;
const BROKEN = `import { it } from 'vitest'; it('never works', () => { throw new Error('broken'); });`;
/** No test of it fails, so nothing tells which file to run again. */
const UNHANDLED = `import { it } from 'vitest'; it('works', () => { setTimeout(() => { throw new Error('too late'); }); return new Promise((done) => setTimeout(done, 50)); });`;

let project: string;
beforeAll(() => {
  project = mkdtempSync(join(tmpdir(), 'countersign-second-run-'));
  cpSync(join(ROOT, 'scripts'), join(project, 'scripts'), { recursive: true });
  cpSync(join(ROOT, 'package-lock.json'), join(project, 'package-lock.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(project, 'node_modules'));
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** `npm test` of a project with these test files and no checks. */
function runTests(files: Readonly<Record<string, string>>): Promise<{ code: number; lines: string[] }> {
  rmSync(join(project, 'was-here'), { force: true });
  for (const name of ['flaky', 'sound', 'broken', 'unhandled']) rmSync(join(project, `${name}.test.js`), { force: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(project, `${name}.test.js`), text);
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST') && name !== 'NODE_ENV'));
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/test.mjs'], { cwd: project, env }, (error, stdout) =>
      resolve({ code: error === null ? 0 : Number(error.code), lines: stdout.trim().split('\n') }),
    );
  });
}

const FLAKY_LINE = 'passed only on the second run: flaky.test.js (needs a second run)';

describe('npm test', () => {
  it('runs a file that failed once more, names it when it passes then, and counts every test once', async () => {
    const { code, lines } = await runTests({ flaky: FLAKY, sound: SOUND });
    expect(lines).toContain(FLAKY_LINE);
    expect(lines.at(-1)).toBe('3 passed, 0 failed, 1 skipped');
    expect(code).toBe(0);
  });

  it('fails by what fails twice', async () => {
    const { code, lines } = await runTests({ flaky: FLAKY, broken: BROKEN });
    expect(lines).toContain(FLAKY_LINE);
    expect(lines.at(-1)).toBe('2 passed, 1 failed, 0 skipped');
    expect(code).toBe(1);
  });

  it('fails by an error that belongs to no test, without a second run that would hide it', async () => {
    const { code, lines } = await runTests({ flaky: FLAKY, unhandled: UNHANDLED });
    expect(lines.filter((line) => line.includes('second run:'))).toEqual([]);
    expect(lines.at(-1)).toBe('2 passed, 1 failed, 0 skipped');
    expect(code).toBe(1);
  });

  it('takes eleven failed files for no bad luck', () => {
    const failed = (name: string): FileReport => ({ name, status: 'failed', message: '', assertionResults: [] });
    const of = (names: string) => ({ isPassed: false, unhandledErrors: 0, report: { testResults: names.split('').map(failed) } });
    expect(filesToRepeat(of('abcdefghij'))).toEqual([...'abcdefghij']);
    expect(filesToRepeat(of('abcdefghijk'))).toEqual([]);
  });
});
