import { writeFileSync } from 'node:fs';

/** Writes down what Vitest's JSON report leaves out: how many errors belong to no test. */
export default class UnhandledErrors {
  onTestRunEnd(_modules, errors) {
    const file = process.env['UNHANDLED_ERRORS_FILE'];
    if (file) writeFileSync(file, JSON.stringify(errors.length));
  }
}
