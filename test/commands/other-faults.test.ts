/** What belongs to another topic is no problem of this one; and a system that is well has none at all. */
import { describe, expect, test } from 'vitest';
import { authFailures } from '../../commands/auth-failures.ts';
import { highCpu } from '../../commands/high-cpu.ts';
import { highMemory } from '../../commands/high-memory.ts';
import { loadBalancer } from '../../commands/load-balancer.ts';
import { faultOf } from '../../commands/parts/fault.ts';
import { slowApi } from '../../commands/slow-api.ts';
import type { Runbook } from '../../src/runbook/define.ts';
import { contextWith, PRODUCTION } from './context.ts';
import { FAULTS, type OtherFault } from './sample-faults.ts';
import { system } from './sample-system.ts';

const TOPICS = [highMemory, highCpu, authFailures, loadBalancer, slowApi];

/** Whose each fault is: the topics that must find it, by these checks. */
const OWN: Readonly<Record<keyof typeof FAULTS, Readonly<Record<string, readonly string[]>>>> = {
  'postgres stopped': {},
  'Redis full': { 'auth-failures': ['redis'] },
  'a rollout whose pod crashes': { 'load-balancer': ['pod-health', 'endpoints'] },
  'an expired certificate': {},
  'a mistake in nginx’s configuration': { 'load-balancer': ['config'] },
  'a backend scaled to nothing': {
    'load-balancer': ['through', 'container-health', 'pod-health', 'endpoints'],
  },
};

/** As the engine takes it: what an adapter cannot tell is inconclusive. */
async function statuses({ checks }: Runbook, { given, target = PRODUCTION }: OtherFault) {
  const context = contextWith(target, given);
  const seen = await Promise.all(
    Object.entries(checks).map(async ([id, check]) => {
      if (check.isOnlyNamed || check.skip(target) !== undefined) return [];
      try {
        return [[id, (await check.look(context)).status] as const];
      } catch (error) {
        if (faultOf(error) === undefined) throw error;
        return [[id, 'inconclusive'] as const];
      }
    }),
  );
  return seen.flat();
}

test.each(TOPICS)('$topic finds nothing wrong with a system that is well', async (runbook) => {
  for (const [id, status] of await statuses(runbook, { given: system() }))
    expect([id, status]).toEqual([id, 'healthy']);
});

describe.each(Object.entries(FAULTS))('%s', (name, fault: OtherFault) => {
  test.each(TOPICS)('as $topic sees it', async (runbook) => {
    const problems = (await statuses(runbook, fault)).flatMap(([id, status]) =>
      status === 'problem' ? [id] : [],
    );
    expect(problems).toEqual(Object.entries(OWN).find(([id]) => id === name)?.[1][runbook.topic] ?? []);
  });
});
