/** The clocks behind the tokens, of the topic `auth-failures`: each replica's own, and who answers at the door where none can be asked. */
import { describe, expect, test } from 'vitest';
import { authFailures } from '../../commands/auth-failures.ts';
import type { Target } from '../../src/runbook/target.ts';
import { type Given, PRODUCTION } from './context.ts';
import { topic } from './emergencies/samples.ts';
import { type Case, faulty, healthy, inconclusive, problem } from './topic.ts';

const { look } = topic(authFailures);

describe('clock', () => {
  const away = faulty('forbidden', 'Paksa may not run date');
  const replicas = (...skews: readonly number[]): Given => ({
    docker: { clocks: async () => [] },
    kubernetes: {
      clocks: async () =>
        skews.map((skewMs, index) => ({ replica: `backend-${index}`, skewMs, uncertaintyMs: 900 })),
    },
  });
  const door = (skewMs: number, uncertaintyMs = 600): Given => ({
    docker: { clocks: away },
    kubernetes: { clocks: away },
    http: { apiClock: async () => ({ skewMs, uncertaintyMs }) },
  });
  test.each([
    ['each replica', replicas(100, -300), healthy('2 clocks of the backend within 30 s of ours')],
    [
      'one of them off, which nobody at the door would notice',
      replicas(100, 300_000),
      problem(expect.stringMatching(/^the clock of backend-1 is 5 min ahead of ours: whichever is wrong/)),
    ],
    [
      'several off',
      replicas(-90_000, 300_000),
      problem(expect.stringMatching(/^the clock of backend-1 is 5 min ahead of ours, and 1 more/)),
    ],
    [
      'at the door, where no replica can be asked',
      door(-300),
      healthy('the clock of who answers for the API is within 30 s of ours'),
    ],
    ['not known well enough to say', door(40_000, 15_000), healthy(expect.stringContaining('within 30 s'))],
    [
      'behind',
      door(-45_000),
      problem(expect.stringMatching(/^the clock of who answers for the API is 45 s behind/)),
    ],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look('clock', given)).toMatchObject(verdict);
  });

  test('says what was read, and what not', async () => {
    expect((await look('clock', door(0))).evidence).toMatchObject({
      'read from': 'the Date of an answer, which a load balancer writes where there is one',
      'replicas not asked': 'Paksa may not run date',
    });
    const { api: _, ...bare }: Target = PRODUCTION;
    expect(await look('clock', door(0), { target: bare })).toMatchObject(
      inconclusive('no replica of the backend could be asked: Paksa may not run date'),
    );
  });
});
