/** More than this many at once is not bad luck. */
const MOST_TO_REPEAT = 10;

/**
 * The files that get a second run; none where anything failed that a second run of files would not show again.
 * @param {import('./test-report.mjs').Run} run
 */
export function filesToRepeat({ isPassed, report, unhandledErrors }) {
  if (isPassed || !report || unhandledErrors !== 0) return [];
  const failed = report.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
  return failed.length <= MOST_TO_REPEAT ? failed : [];
}

/** The report of the first run with the files of the second one in place of what they were. */
export function withSecondRun(first, second) {
  const again = new Map((second?.testResults ?? []).map((file) => [file.name, file]));
  return { testResults: first.testResults.map((file) => again.get(file.name) ?? file) };
}

/** A line for each file that failed and then passed, with the titles of what had failed. */
export function passedOnlyTheSecondTime(first, second) {
  const green = new Set((second?.testResults ?? []).filter(({ status }) => status === 'passed').map(({ name }) => name));
  return first.testResults
    .filter(({ name, status }) => status === 'failed' && green.has(name))
    .map((file) => ({ file: file.name, titles: titlesOfFailures(file) }));
}

export function countTests(report) {
  const files = report?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const failed = tests.filter(({ status }) => status === 'failed').length;
  // A file that could not be loaded, or cleaned up, has no failed test, and is a failure all the same.
  const broken = files.filter((file) => file.status === 'failed' && failuresOf(file).length === 0).length;
  return { passed, failed: failed + broken, skipped: tests.length - passed - failed };
}

function titlesOfFailures(file) {
  const failures = failuresOf(file).map(({ fullName }) => fullName);
  return failures.length > 0 ? failures : [firstLine(file.message) || 'outside of its tests'];
}

const failuresOf = (file) => file.assertionResults.filter(({ status }) => status === 'failed');
const firstLine = (text) => text.split('\n', 1)[0];
