/** What sessions come to that wait for others. */
import { expect } from 'vitest';
import type { Findings } from '../findings.ts';
import { session } from '../sessions.ts';
import { healthy, problem, warning } from '../topic.ts';
import { at, blocker, waiter } from './given.ts';

export const FINDINGS: Findings = {
  locks: [
    ['nobody waits', at(session(1, 60)), healthy('nobody waits for one')],
    ['a moment', at(blocker(12), waiter(1, 0.1)), healthy('1 wait, none for over 10 s')],
    ['for a transaction that has only begun', at(blocker(0.1), waiter(1, 30)), { status: 'healthy' }],
    [
      'a while',
      at(blocker(2), waiter(1, 0.5)),
      warning(
        expect.stringMatching(
          /^1 session waits, for up to 30 s, for pid 10 paksa-backend \(paksa\), idle in/,
        ),
      ),
    ],
    [
      'long, for somebody who has forgotten it',
      at(blocker(12), waiter(1, 3), waiter(2, 1, [1])),
      {
        ...problem(expect.stringMatching(/^2 sessions wait, for up to 3 min, for pid 10 /), [
          'terminate-queries',
        ]),
        evidence: {
          queues: [
            expect.stringMatching(/^pid 10 .*idle in transaction for 12 min/),
            expect.stringMatching(/^← pid 1 /),
            expect.stringMatching(/^← pid 2 /),
          ],
        },
      },
    ],
    ['many', at(blocker(1), ...[1, 2, 3, 4, 5].map((pid) => waiter(pid, 0.5))), problem(expect.any(String))],
    [
      'long, for an index that is being built',
      at(session(10, 20, { query: 'CREATE INDEX i ON invoices (id)' }), waiter(1, 3)),
      problem(expect.any(String)),
    ],
    [
      'for a prepared transaction',
      at(waiter(1, 3, [0])),
      problem(expect.stringContaining('a prepared transaction')),
    ],
    [
      'for a session that is not shown',
      at(waiter(1, 3, [77])),
      problem(expect.stringMatching(/for pid 77$/)),
    ],
  ],
};
