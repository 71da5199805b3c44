/** How the tests run: every file in its own process, two at a time, over one shared PostgreSQL (test/harness/servers.ts). */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/harness/servers.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // Real servers start, stop and fail over within these; a test that waits for longer says so itself.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 20_000,
  },
});
