import './lib/node-version.mjs';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureBuilt } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';
import { onceInterrupted } from './lib/interruption.mjs';
import { npm } from './lib/npm.mjs';
import { inProject, readJson } from './lib/project.mjs';
import { StepFailure, endRunningSteps, loudStep } from './lib/step.mjs';
import { countTests, filesToRepeat, passedOnlyTheSecondTime, withSecondRun } from './lib/test-report.mjs';

const VITEST = inProject('node_modules', 'vitest', 'vitest.mjs');
const UNHANDLED_ERRORS = inProject('scripts', 'lib', 'unhandled-errors.mjs');
const chosen = process.argv.slice(2);

onceInterrupted((signal) => endRunningSteps(signal));

try {
  await ensureInstalled();
  const failed = [];
  if (chosen.length === 0 && !(await check())) failed.push('npm run check');
  const { isPassed, counts } = await runTests();
  if (!isPassed) failed.push('vitest');
  if (counts.passed + counts.failed === 0) failed.push('no test ran');
  console.log(failed.length === 0 ? '\nEverything passed.' : `\nFailed: ${failed.join(', ')}`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof StepFailure ? error.message : error);
  process.exitCode = 1;
}

/** Formatter, linter, types and dependency rules: a minute, so they come first, and the build that the tests need beside them. */
async function check() {
  const script = JSON.parse(readFileSync(inProject('package.json'), 'utf8')).scripts?.check;
  if (!script) return true;
  const [code] = await Promise.all([
    loudStep('checking (npm run check)', ...npm('run', 'check')),
    // A build that fails is tried again by the tests' own setup, which says why.
    ensureBuilt().catch(() => undefined),
  ]);
  return code === 0;
}

async function runTests() {
  const first = await vitest('testing (vitest)', chosen);
  // Who names files or tests looks at them; a whole run on a slow machine should not be lost to one stall. docs/adr/0034.
  const again = chosen.length === 0 ? filesToRepeat(first) : [];
  if (again.length === 0) return { isPassed: first.isPassed, counts: countTests(first.report) };
  const second = await vitest(`once more, alone: ${again.map(shown).join(' ')}`, ['--no-file-parallelism', ...again]);
  console.log();
  for (const { file, titles } of passedOnlyTheSecondTime(first.report, second.report))
    console.log(`passed only on the second run: ${shown(file)} (${titles.join('; ')})`);
  const counts = countTests(withSecondRun(first.report, second.report));
  return { isPassed: second.isPassed && counts.failed === 0, counts };
}

async function vitest(title, args) {
  const folder = mkdtempSync(path.join(tmpdir(), 'countersign-test-'));
  const [report, unhandled] = [path.join(folder, 'report.json'), path.join(folder, 'unhandled.json')];
  const reporters = ['--reporter=default', '--reporter=json', `--reporter=${UNHANDLED_ERRORS}`, `--outputFile.json=${report}`];
  process.env['UNHANDLED_ERRORS_FILE'] = unhandled;
  try {
    const code = await loudStep(title, process.execPath, [VITEST, 'run', ...reporters, ...args]);
    return { isPassed: code === 0, report: readJson(report), unhandledErrors: readJson(unhandled) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function shown(file) {
  return path.relative(inProject(), file);
}
