import type { TestContext } from 'vitest';

/** Ends the test as skipped and tells the reader of the run why: the reporter names no skipped test of a file that passed. */
export function skipBecause(context: TestContext, reason: string): never {
  process.stderr.write(`skipped: ${context.task.name}: ${reason}\n`);
  context.skip(reason);
}
