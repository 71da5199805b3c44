/** The checks of the topic `high-memory`: one case a finding. */
import { describe, expect, test } from 'vitest';
import { highMemory } from '../../commands/high-memory.ts';
import type { Replica } from '../../commands/parts/replicas.ts';
import type { Workload } from '../../src/adapters/kubernetes/port.ts';
import type { Usage } from '../../src/adapters/runtime/port.ts';
import type { Target } from '../../src/runbook/target.ts';
import { type Given, PRODUCTION } from './context.ts';
import { replica, topic, workload } from './emergencies/samples.ts';
import { LIMITS, MIB, usage } from './sample-system.ts';
import { type Case, faulty, healthy, inconclusive, minutesAgo, problem, warning } from './topic.ts';

const { look, fixCalled, checkCalled } = topic(highMemory);

/** Of the backend alone; the others are as they are on any day. */
const using = (platform: 'docker' | 'kubernetes', ...usages: Usage[]): Given => ({
  [platform]: {
    usage: async (service: string) => (service === 'backend' ? usages : [usage(`${service}-1`)]),
  },
});
const holding = (mib: number, of: Partial<Usage> = {}): Usage =>
  usage('backend-1', { memoryBytes: mib * MIB, ...of });

describe.each([
  ['container-memory', 'docker', 'container', ['restart-backend', 'raise-container-memory']],
  ['pod-memory', 'kubernetes', 'pod', ['rollout-restart', 'raise-memory-limit', 'scale-down']],
] as const)('%s', (id, platform, noun, suggests) => {
  const cases: readonly Case[] = [
    ['little', using(platform, holding(64)), healthy('at most 25 % of a limit is used')],
    ['no limit', using(platform, holding(4000, { limits: {} })), healthy(`1 ${noun}, none with a limit`)],
    [
      'no limit, and all that the machine has',
      using(platform, holding(15_500, { limits: {}, machineBytes: 16_000 * MIB })),
      problem(
        'backend-1 uses 97 % of the machine’s memory, without a limit',
        platform === 'docker' ? ['restart-backend'] : ['rollout-restart', 'scale-down'],
      ),
    ],
    [
      'no limit, on a large machine',
      using(platform, holding(400, { limits: {}, machineBytes: 16_000 * MIB })),
      healthy('at most 2.5 % of the machine’s memory is used'),
    ],
    ['much', using(platform, holding(220)), warning('backend-1 uses 86 % of its limit', suggests)],
    ['all of it', using(platform, holding(250)), problem('backend-1 uses 98 % of its limit', suggests)],
    [
      'much, in several',
      using(
        platform,
        holding(64),
        holding(225, { replica: 'backend-2' }),
        holding(230, { replica: 'backend-3' }),
      ),
      warning('backend-3 uses 90 % of its limit, and 1 more nearly as much', suggests),
    ],
    ['nobody', using(platform), inconclusive(`no ${noun} runs that could be measured`)],
    [
      'no container at all',
      { [platform]: { usage: faulty('not-found') } },
      inconclusive(`no ${noun} runs that could be measured`),
    ],
  ];
  test.each(cases)('%s', async (_, given, verdict) => {
    expect(await look(id, given)).toMatchObject(verdict);
  });

  test('shows the fullest first, and who measured', async () => {
    const given = using(
      platform,
      holding(64, { source: 'kubelet' }),
      holding(128, { replica: 'b', source: 'kubelet' }),
    );
    expect((await look(id, given)).evidence).toEqual({
      measured: ['b 128 MiB of 256 MiB', 'backend-1 64 MiB of 256 MiB'],
      'measured by': 'the kubelet',
    });
  });

  test('what nobody may read is the engine’s to report', async () => {
    await expect(look(id, { [platform]: { usage: faulty('forbidden', 'allow it') } })).rejects.toThrow(
      'allow it',
    );
  });
});

describe.each([
  ['other-containers', 'docker'],
  ['other-pods', 'kubernetes'],
] as const)('%s', (id, platform) => {
  const others = (share: number): Given => ({
    [platform]: {
      usage: async (service: string) => [usage(`${service}-1`, { memoryBytes: share * 256 * MIB })],
    },
  });
  test.each([
    ['a database fills what it may have', others(0.9), healthy('at most 90 % of a limit is used')],
    [
      'and is warned of at its limit, for which the guide has no fix',
      others(0.99),
      warning('postgres-1 uses 99 % of its limit, and 2 more nearly as much'),
    ],
  ] as const)('%s', async (_, given, verdict) => {
    expect(await look(id, given)).toMatchObject(verdict);
  });

  test('one that is not there is let be', async () => {
    const given: Given = {
      [platform]: {
        usage: async (service: string) => (service === 'redis' ? faulty('not-found')() : [usage(service)]),
      },
    };
    expect(await look(id, given)).toMatchObject(healthy('at most 25 % of a limit is used'));
  });
});

describe.each([
  ['container-oom', 'docker', 'container', ['raise-container-memory', 'restart-backend']],
  ['pod-oom', 'kubernetes', 'pod', ['raise-memory-limit', 'rollout-restart']],
] as const)('%s', (id, platform, noun, suggests) => {
  const none = async () => [];
  const seen = (...replicas: Replica[]): Given => ({
    [platform]: {
      replicas: async (service: string) => (service === 'backend' ? replicas : [replica(`${service}-1`)]),
      oomKills: none,
    },
  });
  /** So many processes inside of one that itself lives on. */
  const bleeding = (kills: number, of: Replica = replica('backend-1')): Given => ({
    [platform]: {
      ...seen(of)[platform],
      oomKills: async (service: string) => (service === 'backend' ? [{ replica: of.name, kills }] : []),
    },
  });
  const killed = (minutes: number, of: Partial<Replica> = {}): Replica =>
    replica('backend-1', {
      restarts: 2,
      limits: LIMITS,
      lastExit: { code: 137, oomKilled: true, at: minutesAgo(minutes) },
      ...of,
    });
  test.each([
    ['nobody', seen(replica('backend-1')), healthy(`none of 4 ${noun}s in the last hour`)],
    ['yesterday', seen(killed(1500)), healthy(`none of 4 ${noun}s in the last hour`)],
    ['lately', seen(killed(12)), problem('backend-1 was killed for its memory in the last hour', suggests)],
    [
      'two of them',
      seen(killed(12), killed(3, { name: 'backend-2' })),
      problem('backend-1, backend-2 were killed for their memory in the last hour', suggests),
    ],
    [
      'crashed for another reason',
      seen(killed(1, { lastExit: { code: 1, oomKilled: false, at: minutesAgo(1) } })),
      healthy(`none of 4 ${noun}s in the last hour`),
    ],
    [
      'a worker inside of one that lives on',
      bleeding(2),
      warning(
        'backend-1: 2 of its processes were killed for their memory since it began, 10 h ago; the rest of it goes on',
        suggests,
      ),
    ],
    [
      'inside, where nobody can tell',
      { [platform]: { ...seen(replica('backend-1'))[platform], oomKills: faulty('forbidden') } },
      healthy(`none of 4 ${noun}s in the last hour`),
    ],
    [
      'one that began anew, and the platform has forgotten why',
      seen(killed(20, { lastExit: { at: minutesAgo(20) } })),
      inconclusive(
        'backend-1 began anew in the last hour, and why is forgotten: it may have been the memory',
      ),
    ],
    [
      'one that began anew long ago',
      seen(killed(1500, { lastExit: { at: minutesAgo(1500) } })),
      healthy(`none of 4 ${noun}s in the last hour`),
    ],
    [
      'of another service, for which the guide has no fix',
      {
        [platform]: {
          replicas: async (service: string) => (service === 'redis' ? [killed(5, { name: 'redis-1' })] : []),
          oomKills: none,
        },
      },
      problem('redis-1 was killed for its memory in the last hour'),
    ],
    [
      'there is none',
      { [platform]: { replicas: none, oomKills: none } },
      inconclusive(`there are no ${noun}s to look at`),
    ],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look(id, given)).toMatchObject(verdict);
  });

  test('tells of each its limit, its restarts and its end, the killed first', async () => {
    const { evidence } = await look(id, seen(replica('backend-0'), killed(12)));
    expect(evidence[`${noun}s`]).toEqual([
      'backend-1: limit 256 MiB, 2 restarts, last ended with an out-of-memory kill 12 min ago',
      'backend-0: no limit, 0 restarts',
      'postgres-1: no limit, 0 restarts',
      'redis-1: no limit, 0 restarts',
      'nginx-1: no limit, 0 restarts',
    ]);
  });
});

describe.each([
  ['containers-stay', 'docker', 'container'],
  ['pods-stay', 'kubernetes', 'pod'],
] as const)('%s', (id, platform, noun) => {
  const started = (seconds: number, of: Partial<Replica> = {}) =>
    replica('backend-1', { startedAt: minutesAgo(seconds / 60), ...of });
  const seen = (...replicas: Replica[]): Given => ({ [platform]: { replicas: async () => replicas } });
  const restarting = started(60, { state: 'restarting', ready: false, restarts: 3 });
  test.each([
    ['for a while', seen(started(6), started(600)), healthy(`2 ${noun}s, up for a while`)],
    ['not yet', seen(started(600), started(2)), warning('not all of them: backend-1: no limit, 0 restarts')],
    ['no longer', seen(restarting), warning('not all of them: backend-1: no limit, 3 restarts')],
    ['nobody', seen(), inconclusive(`there is no ${noun} to look at`)],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look(id, given)).toMatchObject(verdict);
    expect(checkCalled(id).isOnlyNamed).toBe(true);
  });
});

test('scaled-down: a reminder until there are as many again', async () => {
  const of = (wanted: Partial<Workload>): Given => ({
    kubernetes: { workload: async () => workload(wanted) },
  });
  const scaledDown = { from: 3, at: minutesAgo(40) };
  expect(await look('scaled-down', of({}))).toMatchObject(healthy('2 replicas are wanted'));
  expect(await look('scaled-down', of({ replicas: 1, scaledDown }))).toMatchObject(
    warning('still scaled down by Paksa from 3 to 1 replica, 40 min ago', ['scale-back']),
  );
  // Stopped altogether: whoever counts pods says so.
  expect(await look('scaled-down', of({ replicas: 0, scaledDown }))).toMatchObject({ status: 'healthy' });
});

describe('metrics', () => {
  const resident = (value: number) => ({ name: 'process_resident_memory_bytes', labels: 'pid="7"', value });
  test.each([
    ['the process', [resident(200 * MIB)], healthy('the process that answered holds 200 MiB')],
    [
      'no such figure',
      [{ ...resident(1), name: 'memory_pool' }],
      inconclusive(expect.stringContaining('do not say')),
    ],
    ['no number', [resident(Number.POSITIVE_INFINITY)], inconclusive(expect.stringContaining('do not say'))],
  ] as const)('%s', async (_, samples, verdict) => {
    expect(await look('metrics', { http: { metrics: async () => samples } })).toMatchObject(verdict);
  });
  test('are shown with their labels', async () => {
    const { evidence } = await look('metrics', { http: { metrics: async () => [resident(1024)] } });
    expect(evidence).toEqual({ samples: ['process_resident_memory_bytes{pid="7"} 1024'] });
  });
});

test('what is not configured is not looked at, and cannot be fixed', () => {
  const { docker: _, kubernetes: __, api: ___, ...bare }: Target = PRODUCTION;
  for (const id of Object.keys(highMemory.checks))
    expect([id, checkCalled(id).skip(bare)]).toEqual([id, expect.any(String)]);
  expect(fixCalled('scale-down').unavailable(bare)).toContain('kubernetes.workloads.backend');
  expect(fixCalled('raise-container-memory').unavailable(bare)).toContain('docker.services.backend');
  for (const { unavailable } of Object.values(highMemory.fixes))
    expect(unavailable(PRODUCTION)).toBeUndefined();
});
