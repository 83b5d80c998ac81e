import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    // Tests that start replicas share two cores with others that do, and a start alone takes four seconds of one core. What has to be
    // fast says so itself; these only end what hangs.
    testTimeout: 240_000,
    hookTimeout: 480_000,
    // Each file of test/ starts a server of its own; more at once would only take turns on two cores.
    maxWorkers: 2,
    pool: 'forks',
    projects: [
      {
        extends: true,
        test: { name: 'black-box', include: ['test/**/*.test.ts'], globalSetup: ['test/support/global-setup.ts'] },
      },
      // Last, being short: so both workers end together. Two processes for all of them: in one for each file, most of the time goes into
      // loading the same packages again. So a spec puts back what it changes outside of itself: clocks, globals, process.env.
      { extends: true, test: { name: 'specs', include: ['libs/**/*.spec.ts', 'src/**/*.spec.ts'], isolate: false } },
    ],
  },
});
