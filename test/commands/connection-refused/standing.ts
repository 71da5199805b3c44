/** What a query comes to, and what kind of server answers it. */
import { expect } from 'vitest';
import type { Findings } from '../findings.ts';
import { healthy, problem, warning } from '../topic.ts';
import { standing } from './given.ts';

/** Slow the first times, as a machine with much to do is. */
const busyAt = (times: number) => {
  let asked = 0;
  return async () => {
    asked += 1;
    return asked <= times ? 2500 : 3;
  };
};

export const FINDINGS: Findings = {
  query: [
    ['answered', { postgres: { ping: async () => 3 } }, healthy('answered in 3 ms')],
    ['slow', { postgres: { ping: async () => 2500 } }, warning(expect.stringContaining('takes 2.5 s'))],
    ['slow once', { postgres: { ping: busyAt(1) } }, healthy('answered in 3 ms')],
    ['slow twice', { postgres: { ping: busyAt(2) } }, healthy('answered in 3 ms')],
  ],
  recovery: [
    ['of a primary', standing(), healthy('a primary, up since 2026-10-01 02:00:00Z')],
    [
      'of a standby',
      standing({ inRecovery: true, replayLagSeconds: 30 }),
      problem(
        'it is a standby, 30 s behind its primary: every write fails. Point the address at the primary',
      ),
    ],
    [
      'of a standby that does not know',
      standing({ inRecovery: true }),
      problem(expect.stringMatching(/^it is a standby:/)),
    ],
    [
      'read-only',
      standing({ readOnlyByDefault: true }),
      warning(expect.stringContaining('default_transaction_read_only')),
    ],
  ],
};
