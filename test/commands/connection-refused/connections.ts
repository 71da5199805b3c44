/** What the count of connections comes to. */
import { expect } from 'vitest';
import type { Connections, Session } from '../../../src/adapters/postgres/port.ts';
import type { Given } from '../context.ts';
import type { Findings } from '../findings.ts';
import { idle } from '../sessions.ts';
import { faulty, healthy, problem, warning } from '../topic.ts';
import { RESTARTS, refused } from './given.ts';

const connections = (of: Partial<Connections> = {}, ...sessions: readonly Session[]): Given => ({
  postgres: {
    sessions: async () => sessions,
    connections: async () => ({
      max: 103,
      reserved: 3,
      used: 20,
      own: 2,
      active: 4,
      idle: 14,
      idleInTransaction: 0,
      hidden: 0,
      byClient: [{ client: 'paksa-backend (paksa) from 10.0.0.4', connections: 15, own: false }],
      ...of,
    }),
  },
});

export const FINDINGS: Findings = {
  connections: [
    ['enough', connections(), healthy('20 of 100 connections are taken (20 %)')],
    ['just enough', connections({ used: 79 }), { status: 'healthy' }],
    [
      'enough, as far as Paksa is shown them',
      connections({ hidden: 12 }),
      { status: 'healthy', evidence: { 'not shown': '12: Paksa’s role is not in pg_monitor' } },
    ],
    [
      'few left',
      connections({ used: 80 }),
      warning('80 of 100 connections are taken (80 %); most by paksa-backend (paksa) from 10.0.0.4: 15'),
    ],
    [
      'few left, with Paksa’s own among them',
      connections({ used: 80, own: 4, idle: 60 }),
      { ...warning(expect.any(String)), evidence: expect.objectContaining({ idle: 60, 'Paksa’s own': 4 }) },
    ],
    [
      'few left, some held by nobody',
      connections({ used: 94, idleInTransaction: 40 }, idle(1, 30), idle(2, 6), idle(3, 4)),
      warning(
        '94 of 100 connections are taken (94 %), 40 of them idle in a transaction, 2 for more than 5 min; most by paksa-backend (paksa) from 10.0.0.4: 15',
        ['free-connections'],
      ),
    ],
    [
      'few left, some of them between two statements',
      connections({ used: 94, idleInTransaction: 40 }, idle(1, 4)),
      warning(expect.stringContaining('94 %), 40 of them idle in a transaction; most by')),
    ],
    [
      'few left, and only Paksa’s own idle for long',
      connections({ used: 94, idleInTransaction: 1 }, idle(1, 30, { own: true })),
      warning(expect.stringContaining('idle in a transaction; most by')),
    ],
    [
      'few left, held by nobody knows whom',
      {
        postgres: {
          ...connections({ used: 94, idleInTransaction: 1, hidden: 60 }).postgres,
          sessions: faulty('forbidden'),
        },
      },
      warning(expect.stringContaining('idle in a transaction; most by')),
    ],
    [
      'nearly none left, held by nobody',
      connections({ used: 95, idleInTransaction: 40 }, idle(1, 30)),
      problem(expect.stringContaining('95 of 100'), ['free-connections', ...RESTARTS]),
    ],
    [
      'none left, all at work',
      connections({ used: 100, byClient: [] }),
      problem(expect.any(String), RESTARTS),
    ],
    // Nobody knows then whether there is a session to end, and Paksa could not show which.
    [
      'none left even to ask',
      { postgres: { connections: faulty('refused'), ...refused('53300').postgres } },
      problem(
        expect.stringMatching(
          /^every connection is taken, so that nobody can be asked by whom: .* GRANT pg_use_reserved_connections/,
        ),
        RESTARTS,
      ),
    ],
    [
      'none left for Paksa’s role',
      {
        postgres: {
          connections: faulty('refused'),
          ...refused('53300', 'too many connections for role "paksa"').postgres,
        },
      },
      problem(expect.stringMatching(/^“paksa” has as many connections as it may, .*ALTER ROLE/), RESTARTS),
    ],
  ],
};
