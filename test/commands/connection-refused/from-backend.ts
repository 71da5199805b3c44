/** What the way from inside the backend comes to. */
import { expect } from 'vitest';
import type { Findings } from '../findings.ts';
import { faulty, healthy, inconclusive, problem } from '../topic.ts';
import { CUT, facts, reach, UNSET, variables } from './given.ts';

export const FINDINGS: Findings = {
  'from-backend-docker': [
    ['reached', reach([{}, {}]), healthy('reached from inside 2 containers')],
    [
      'not reached from one, though Paksa does',
      reach([{}, CUT]),
      problem('postgres:5432 is not reached from 1 of 2 containers: connection refused'),
    ],
    [
      'not reached from any, though Paksa does',
      reach([CUT]),
      problem('postgres:5432 is not reached from any container: connection refused'),
    ],
    [
      'not reached from anywhere, which the port tells',
      reach([CUT], { network: { connect: faulty('refused') } }),
      inconclusive('postgres:5432 is not reached from any container: connection refused'),
    ],
    [
      'by the second of two servers',
      {
        docker: {
          ...variables(facts({ others: [{ host: 'standby', port: 5432 }] })),
          reach: async (_: unknown, host: string) => [
            { replica: 'backend-1', ...(host === 'standby' ? { reached: true, detail: 'connected' } : CUT) },
          ],
        },
      },
      healthy('reached from inside 1 container'),
    ],
    [
      'by a socket',
      { docker: variables(facts({ host: '/var/run/postgresql' })) },
      inconclusive(
        'DATABASE_URL names a socket, /var/run/postgresql: there is no way over the network to look at',
      ),
    ],
    [
      'without an address',
      { docker: variables(UNSET) },
      inconclusive(expect.stringContaining('no replica of backend says')),
    ],
    [
      'of a backend that does not run',
      { docker: { ...variables(facts()), reach: async () => [] } },
      inconclusive(expect.stringContaining('no container of backend runs')),
    ],
  ],
};
