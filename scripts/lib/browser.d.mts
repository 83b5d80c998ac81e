import type { Browser } from 'playwright-core';

/** The system's Chromium, or the one that comes with npm. Says why when neither starts. */
export function startBrowser(): Promise<Browser | { reason: string }>;
