import './lib/node-version.mjs';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { onceInterrupted } from './lib/interruption.mjs';
import { npm } from './lib/npm.mjs';
import { inProject, readJson } from './lib/project.mjs';
import { StepFailure, endRunningSteps, loudStep } from './lib/step.mjs';

const VITEST = inProject('node_modules', 'vitest', 'vitest.mjs');
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

/** Formatter, linter, types and dependency rules: seconds, so they come first. */
async function check() {
  const script = JSON.parse(readFileSync(inProject('package.json'), 'utf8')).scripts?.check;
  if (!script) return true;
  return (await loudStep('checking (npm run check)', ...npm('run', 'check'))) === 0;
}

async function runTests() {
  const folder = mkdtempSync(path.join(tmpdir(), 'countersign-test-'));
  const report = path.join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  try {
    const code = await loudStep('testing (vitest)', process.execPath, [VITEST, 'run', ...reporters, ...chosen]);
    return { isPassed: code === 0, counts: countTests(readJson(report)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countTests(report) {
  if (!report) return { passed: 0, failed: 0, skipped: 0 };
  // A file that could not even be loaded has no tests, and is a failure all the same.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
