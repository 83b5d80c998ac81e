import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    // Tests that start replicas share two cores with others that do.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Each file of test/ starts a server of its own; more at once would only take turns on two cores.
    maxWorkers: 2,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: { name: 'black-box', include: ['test/**/*.test.ts'], globalSetup: ['test/support/global-setup.ts'] },
      },
      // Last, being short: so both workers end together. They keep nothing from one file to the next, and most of what a new process
      // for each would do is to load the same packages again.
      { extends: true, test: { name: 'specs', include: ['libs/**/*.spec.ts', 'src/**/*.spec.ts'], isolate: false } },
    ],
  },
});
