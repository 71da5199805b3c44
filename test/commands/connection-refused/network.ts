/** What the database’s name and its port come to. */
import { expect } from 'vitest';
import type { Findings } from '../findings.ts';
import { faulty, healthy, problem } from '../topic.ts';
import { RESTARTS, reachable, resolve } from './given.ts';

export const FINDINGS: Findings = {
  dns: [
    ['that resolves', { network: { resolve } }, healthy('postgres is 10.0.0.5')],
    [
      'that is an address',
      { network: { resolve: async () => ['postgres'] } },
      healthy('postgres is an address itself'),
    ],
    [
      'that does not resolve',
      { network: { resolve: faulty('not-found') } },
      problem(expect.stringContaining('postgres does not resolve')),
    ],
  ],
  tcp: [
    ['open', { network: reachable }, healthy('postgres:5432 takes connections, in 2 ms')],
    [
      'refused',
      { network: { resolve, connect: faulty('refused') } },
      problem('connection refused: nothing listens on postgres:5432', RESTARTS),
    ],
    [
      'silent',
      { network: { resolve, connect: faulty('timed-out') } },
      problem(expect.stringContaining('no answer from postgres:5432'), RESTARTS),
    ],
    [
      'without a way to it',
      { network: { resolve, connect: faulty('unreachable') } },
      problem(expect.stringContaining('cannot be reached')),
    ],
  ],
};
