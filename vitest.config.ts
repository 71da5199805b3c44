/**
 * How the tests run: several files at a time, over one shared PostgreSQL (test/harness/servers.ts). A process runs one file after
 * the other and loads what they share once: a file leaves nothing behind that the next could meet. The lab's files come last;
 * the lab is started when the first of them asks for it (test/lab/setup.ts), beside tests that need no server.
 */
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/harness/longest-first.ts';

const PURE = ['test/unit/**/*.test.ts', 'test/commands/**/*.test.ts'];
/** Of two cores: much of the time is spent waiting for servers. */
const WORKERS = 3;
/** In the lab each has a stack of its own, with processes that do not wait, and looks at how fast that is. */
const LAB_WORKERS = 2;

/** What is waited for is what a test is about, not how soon a machine comes to it that does other things too. */
const POLL = { timeout: 60_000, interval: 100 };

export default defineConfig({
  test: {
    // Of all projects together.
    globalSetup: ['test/harness/servers.ts'],
    sequence: { sequencer: LongestFirst },
    teardownTimeout: 60_000,
    projects: [
      {
        test: {
          name: 'pure',
          include: PURE,
          pool: 'forks',
          maxWorkers: LAB_WORKERS,
          isolate: false,
          // Beside the lab's first file, which waits for the lab.
          sequence: { groupOrder: 1 },
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'paksa',
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**', ...PURE],
          pool: 'forks',
          maxWorkers: WORKERS,
          isolate: false,
          expect: { poll: POLL },
          // Real servers start, stop and fail over within these, on a machine that does three such things at a time.
          testTimeout: 90_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          // It waits until sessions are five minutes old: LAB_FAULTS=1 npm test.
          exclude: process.env.LAB_FAULTS ? [] : ['test/lab/faults-of-minutes.test.ts'],
          globalSetup: ['test/lab/setup.ts'],
          pool: 'forks',
          maxWorkers: LAB_WORKERS,
          isolate: false,
          sequence: { groupOrder: 1 },
          expect: { poll: POLL },
          // Containers and pods are started, rolled out and ended within these.
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
