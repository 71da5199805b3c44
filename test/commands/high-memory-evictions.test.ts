/** Pods that their nodes have thrown out, of the topic `high-memory`: one case a finding. */
import { describe, expect, test } from 'vitest';
import { highMemory } from '../../commands/high-memory.ts';
import type { Pod } from '../../src/adapters/kubernetes/port.ts';
import type { Given } from './context.ts';
import { pod, topic } from './emergencies/samples.ts';
import { usage } from './sample-system.ts';
import { type Case, faulty, healthy, minutesAgo, warning } from './topic.ts';

const { look } = topic(highMemory);

describe('evictions', () => {
  const evicted = (minutes: number, says = 'The node was low on resource: memory. Threshold …'): Pod =>
    pod(`backend-${minutes}`, {
      phase: 'Failed',
      ready: false,
      why: 'Evicted',
      evicted: { says, at: minutesAgo(minutes) },
    });
  const seen = (pods: readonly Pod[], machineIsShort = false): Given => ({
    kubernetes: {
      pods: async () => pods,
      usage: async (service) => (service === 'backend' ? [usage('backend-1', { machineIsShort })] : []),
    },
  });
  test.each([
    ['nobody', seen([pod('backend-1')]), healthy('none')],
    ['yesterday', seen([evicted(1500)]), healthy('none in the last hour')],
    [
      'for its disk, which is another topic',
      seen([evicted(5, 'low on resource: ephemeral-storage')]),
      healthy('none'),
    ],
    [
      'lately',
      seen([evicted(5), evicted(9)], true),
      warning('2 pods thrown out in the last hour, because the node ran out of memory, and it still is'),
    ],
    [
      'about to be',
      seen([], true),
      warning('the node of backend-1 is short of memory, and will throw pods out'),
    ],
    [
      'where nothing can be measured',
      { kubernetes: { pods: async () => [evicted(5)], usage: faulty('forbidden') } },
      warning('1 pod thrown out in the last hour, because the node ran out of memory'),
    ],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look('evictions', given)).toMatchObject(verdict);
  });
});
