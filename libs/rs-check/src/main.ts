#!/usr/bin/env node
import { writeFileSync } from 'node:fs';
import { readCommand, type Command } from './command/command-line.js';
import { listOfChecks, USAGE } from './command/usage.js';
import { countOf } from './report/outcome.js';
import { summaryOf } from './report/index.js';
import { runChecks } from './run-checks.js';
import { SetupError } from './setup-error.js';
import { VERSION } from './version.js';

const TEXTS = { help: () => USAGE, version: () => `${VERSION}\n`, list: listOfChecks };

try {
  const command = readCommand(process.argv.slice(2), process.env);
  if (command.kind === 'run') process.exitCode = await run(command);
  else process.stdout.write(TEXTS[command.kind]());
} catch (error) {
  process.stderr.write(`${error instanceof SetupError ? error.message : explained(error)}\n`);
  process.exitCode = 2;
}

/** @returns the exit code */
async function run({ run: options, format, output }: Extract<Command, { kind: 'run' }>): Promise<number> {
  const report = await runChecks(options);
  if (output === undefined) process.stdout.write(format.render(report));
  else {
    writeFileSync(output, format.render(report));
    process.stdout.write(`${summaryOf(report)}; the report is in ${output}\n`);
  }
  if (countOf(report, 'failed') > 0) return 1;
  return countOf(report, 'inconclusive') > 0 ? 2 : 0;
}

/** A mistake of rs-check's own, or a file that cannot be written. */
function explained(error: unknown): string {
  return `rs-check failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
