import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: ['libs/**/*.spec.ts', 'src/**/*.spec.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    // Tests that start replicas share two cores with others that do.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Each file of test/ starts a server of its own; more at once would only take turns on two cores.
    maxWorkers: 2,
    pool: 'forks',
  },
});
