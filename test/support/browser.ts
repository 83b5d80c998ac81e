import type { Browser } from 'playwright-core';
import { startBrowser } from '../../scripts/lib/browser.mjs';

/** A real Chromium; undefined where none starts, which is said aloud. CI must not skip, so there it throws. */
export async function chromiumUnlessAbsent(): Promise<Browser | undefined> {
  const started = await startBrowser();
  if (!('reason' in started)) return started;
  if (process.env['CI']) throw new Error(`No browser starts on this machine, and CI must not skip: ${started.reason}`);
  process.stderr.write(`The browser tests are SKIPPED: no browser starts on this machine. ${started.reason}\n`);
  return undefined;
}
