/** What sessions come to that are at work, or idle in a transaction. */
import { expect } from 'vitest';
import type { Findings } from '../findings.ts';
import { idle, session } from '../sessions.ts';
import { healthy, minutesAgo, problem, warning } from '../topic.ts';
import { at, blocker, waiter } from './given.ts';

export const FINDINGS: Findings = {
  active: [
    ['none', at(), healthy('none')],
    ['short ones', at(session(1, 0.5), session(2, 1)), healthy('2 queries, none for over a minute')],
    [
      'a long one',
      at(session(1, 2)),
      warning(
        'the longest is pid 1 paksa-backend (paksa), active for 2 min: SELECT total_amount FROM invoices WHERE id = $1',
      ),
    ],
    [
      'very long ones',
      at(session(1, 2), session(2, 6), session(3, 30)),
      problem(expect.stringMatching(/^2 queries have run for over 5 min; the longest is pid 3 /), [
        'terminate-queries',
      ]),
    ],
    ['five minutes to the second', at(session(1, 5)), { severity: 'warning' }],
    [
      'long ones of another database',
      at(session(1, 60, { elsewhere: true, database: 'reports' })),
      {
        ...healthy('none'),
        evidence: {
          active: 0,
          'waiting for locks': 0,
          longest: [],
          'of other databases': [
            'pid 1 paksa-backend (paksa) of the database reports, active for 60 min: SELECT total_amount FROM invoices WHERE id = $1',
          ],
        },
      },
    ],
    [
      'long ones that are nobody’s, or maintenance, or wait for others',
      at(
        session(1, 60, { own: true }),
        session(2, 60, { kind: 'walsender' }),
        session(3, 60, { kind: 'autovacuum worker' }),
        session(4, 60, { application: 'pg_dump', query: 'COPY public.invoices TO stdout' }),
        session(5, 60, { query: ' create index concurrently i on t (c)' }),
        session(6, 60, { query: 'VACUUM invoices' }),
        session(7, 60, { blockedBy: [5] }),
      ),
      { ...healthy('none'), evidence: { active: 0, 'waiting for locks': 1 } },
    ],
  ],
  'idle-in-transaction': [
    ['none', at(session(1, 60)), healthy('none')],
    ['short ones', at(idle(1, 2)), healthy('1, none that long that it matters')],
    [
      'a long one',
      at(idle(1, 12, { state: 'idle in transaction (aborted)' })),
      warning(expect.stringMatching(/^1 session holds a transaction open and does nothing, .*: pid 1 /), [
        'end-idle-transactions',
      ]),
    ],
    [
      'two',
      at(idle(1, 12), idle(2, 7)),
      warning(expect.stringMatching(/^2 sessions hold .* do nothing/), ['end-idle-transactions']),
    ],
    ['that others wait for, which the locks tell', at(blocker(12), waiter(1, 1)), { status: 'healthy' }],
    ['at work within', at(idle(1, 60, { queryStart: minutesAgo(0.2) })), { status: 'healthy' }],
  ],
};
