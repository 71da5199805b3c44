/** The topic `high-cpu`: one case a finding, and what its fixes show, do and take back. */
import { describe, expect, test } from 'vitest';
import { highCpu } from '../../commands/high-cpu.ts';
import type { Process, Usage } from '../../src/adapters/runtime/port.ts';
import type { Target } from '../../src/runbook/target.ts';
import { type Given, PRODUCTION } from './context.ts';
import { replica, topic, workload } from './emergencies/samples.ts';
import { LIMITS, usage } from './sample-system.ts';
import { type Case, faulty, healthy, inconclusive, problem, warning } from './topic.ts';

const { look, fixCalled, undoOf, context, checkCalled } = topic(highCpu);
const ON_DOCKER = ['raise-container-cpu', 'restart-backend'];
const ON_CLUSTER = ['raise-cpu-limit', 'scale-out', 'rollout-restart'];

const taking = (cpuMillicores: number, of: Partial<Usage> = {}): Usage =>
  usage('backend-1', { cpuMillicores, ...of });
const using = (platform: 'docker' | 'kubernetes', ...usages: Usage[]): Given => ({
  [platform]: { usage: async (service: string) => (service === 'backend' ? usages : []) },
});

describe('container-cpu and pod-cpu', () => {
  const kubelet = { source: 'kubelet' } as const;
  test.each([
    ['container-cpu', using('docker', taking(100)), healthy('at most 20 % of a limit is used')],
    [
      'container-cpu',
      using('docker', taking(900, { limits: {} })),
      healthy('1 container, none with a limit'),
    ],
    // A second of Docker's may be one heavy request.
    ['container-cpu', using('docker', taking(499)), warning('backend-1 uses 100 % of its limit', ON_DOCKER)],
    ['container-cpu', using('docker'), inconclusive('no container runs that could be measured')],
    ['pod-cpu', using('kubernetes', taking(390, kubelet)), healthy('at most 78 % of a limit is used')],
    [
      'pod-cpu',
      using('kubernetes', taking(420, kubelet)),
      warning('backend-1 uses 84 % of its limit', ON_CLUSTER),
    ],
    [
      'pod-cpu',
      using('kubernetes', taking(499, { source: 'metrics-api' })),
      problem('backend-1 uses 100 % of its limit', ON_CLUSTER),
    ],
    ['pod-cpu', using('kubernetes'), inconclusive('no pod runs that could be measured')],
  ] as const)('%s', async (id, given, verdict) => {
    expect(await look(id, given)).toMatchObject(verdict);
  });

  test('shows whom it takes from', async () => {
    expect((await look('container-cpu', using('docker', taking(123.4)))).evidence).toEqual({
      measured: ['backend-1 123m of 500m'],
      'measured by': 'Docker, within one second',
    });
  });

  test.each(['other-containers', 'other-pods'])('%s: a database at its limit is a warning', async (id) => {
    const platform = id === 'other-pods' ? 'kubernetes' : 'docker';
    const others = (cpuMillicores: number): Given => ({
      [platform]: { usage: async (service: string) => [usage(`${service}-1`, { cpuMillicores })] },
    });
    expect(await look(id, others(460))).toMatchObject(healthy('at most 92 % of a limit is used'));
    expect(await look(id, others(490))).toMatchObject(
      warning('postgres-1 uses 98 % of its limit, and 2 more nearly as much'),
    );
  });
});

describe.each([
  ['throttling', 'docker', 'container', ON_DOCKER],
  ['pod-throttling', 'kubernetes', 'pod', ['raise-cpu-limit', 'scale-out']],
] as const)('%s', (id, platform, noun, suggests) => {
  const held = (throttled: number, cpuMillicores: number, of: Partial<Usage> = {}) =>
    taking(cpuMillicores, { throttled, ...of });
  const telling = (service: string, ...usages: Usage[]): Given => {
    const told = async (asked: string) => (asked === service ? usages : []);
    return platform === 'docker' ? { docker: { usage: told } } : { kubernetes: { throttling: told } };
  };
  const cases: readonly Case[] = [
    ['never', telling('backend', held(0, 10)), healthy('at most in 0 % of its periods')],
    [
      'in a burst that left time to spare',
      telling('backend', held(0.8, 150)),
      healthy('at most in 80 % of its periods'),
    ],
    [
      'all the time',
      telling('backend', held(0.1, 20, { replica: 'a' }), held(0.93, 480)),
      warning('backend-1 is held back in 93 % of its periods: 480m of 500m', suggests),
    ],
    [
      'another service, for which the guide has no fix',
      telling('nginx', held(0.93, 480, { replica: 'nginx-1' })),
      warning('nginx-1 is held back in 93 % of its periods: 480m of 500m'),
    ],
    ['without a limit', telling('backend', taking(900, { limits: {} })), healthy('none has a limit')],
    [
      'with a limit, and nothing that tells',
      telling('backend', taking(0)),
      inconclusive('nothing in backend-1 can tell how often the kernel holds it back'),
    ],
    ['nobody', telling('backend'), inconclusive(`no ${noun} runs that could be measured`)],
  ];
  test.each(cases)('%s', async (_, given, verdict) => {
    expect(await look(id, given)).toMatchObject(verdict);
  });
});

describe.each([
  ['container-load', 'docker', 'container'],
  ['pod-load', 'kubernetes', 'pod'],
] as const)('%s', (id, platform, noun) => {
  const loaded = (...fives: number[]): Given => ({
    [platform]: {
      load: async () =>
        fives.map((five, n) => ({ replica: `backend-${n}`, averages: [9, five, 1], cores: 2 })),
    },
  });
  test.each([
    ['little', loaded(0.4), healthy('0.4 over 5 min on 2 cores')],
    ['a build that raised it for a minute', loaded(3.9), healthy('3.9 over 5 min on 2 cores')],
    ['much', loaded(1, 5), warning('5 over 5 min on 2 cores: more wants to run than can')],
    ['too much', loaded(9), problem('9 over 5 min on 2 cores: more wants to run than can')],
    ['nobody to ask from', loaded(), inconclusive(`no ${noun} of the backend runs to ask from`)],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look(id, given)).toMatchObject(verdict);
  });
  test('shows all three figures, and from where', async () => {
    expect((await look(id, loaded(1, 5))).evidence).toEqual({
      '1, 5 and 15 min': '9, 5, 1',
      cores: 2,
      'seen from': 'backend-1',
    });
  });
});

describe.each([
  ['container-processes', 'docker', 'container', ['restart-backend', 'raise-container-cpu']],
  ['pod-processes', 'kubernetes', 'pod', ['rollout-restart']],
] as const)('%s', (id, platform, noun, suggests) => {
  const process = (cpuPercent: number, command = 'uvicorn app:app'): Process => ({
    replica: 'backend-1',
    pid: 17,
    user: 'root',
    cpuPercent,
    memoryBytes: 1,
    command,
  });
  const running = (cpuMillicores: number | undefined, ...processes: Process[]): Given => ({
    [platform]: {
      processes: async () => processes,
      replicas: async () => [
        replica('backend-1', { limits: cpuMillicores === undefined ? {} : { cpuMillicores } }),
      ],
    },
  });
  test.each([
    ['quiet', running(undefined, process(3)), healthy(`none of the ${noun}s’ takes more than 3 % of a core`)],
    [
      'a whole core',
      running(4000, process(3), process(98, 'python3 -c while True: pass')),
      warning('python3 -c while True: pass (pid 17 in backend-1) takes 98 % of a core', suggests),
    ],
    [
      'all that the limit leaves it',
      running(500, process(47)),
      warning('uvicorn app:app (pid 17 in backend-1) takes 47 % of a core', suggests),
    ],
    [
      'half of what a core leaves it',
      running(undefined, process(47)),
      healthy(expect.stringContaining('47 %')),
    ],
    [
      'known over its life alone',
      running(undefined, { ...process(97), isAverage: true }),
      warning('uvicorn app:app (pid 17 in backend-1) has taken 97 % of a core since it began', suggests),
    ],
    ['nobody', running(undefined), inconclusive(`no ${noun} of the backend runs`)],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look(id, given)).toMatchObject(verdict);
  });
  test('shows the busiest first, and what one can take', async () => {
    const { evidence } = await look(id, running(500, process(1), process(20, 'x'.repeat(300))));
    expect(evidence).toEqual({
      processes: [`20 % 17 ${'x'.repeat(111)}…`, '1 % 17 uvicorn app:app'],
      'one can take': '50 % of a core',
    });
  });
});

test('whatever a fix is verified by is looked at twice: a second after a restart is a quiet one', () => {
  for (const { verifiedBy } of Object.values(highCpu.fixes))
    for (const id of verifiedBy) expect([id, checkCalled(id).isOfAMoment]).toEqual([id, true]);
  expect(fixCalled('restart-backend').verifiedBy).toContain('throttling');
});

test('what nobody may read is the engine’s to report', async () => {
  for (const id of Object.keys(highCpu.checks)) {
    const denied = {
      usage: faulty('forbidden', 'allow it'),
      throttling: faulty('forbidden', 'allow it'),
      load: faulty('forbidden', 'allow it'),
      processes: faulty('forbidden', 'allow it'),
      replicas: async () => [],
    };
    await expect(look(id, { docker: denied, kubernetes: denied })).rejects.toThrow('allow it');
  }
});

test('what is not configured is not looked at, and cannot be fixed', () => {
  const { docker: _, kubernetes: __, ...bare }: Target = PRODUCTION;
  for (const id of Object.keys(highCpu.checks))
    expect([id, checkCalled(id).skip(bare)]).toEqual([id, expect.any(String)]);
  for (const { unavailable } of Object.values(highCpu.fixes))
    expect([unavailable(bare), unavailable(PRODUCTION)]).toEqual([expect.any(String), undefined]);
});

describe.each([
  ['raise-cpu-limit', 'kubernetes'],
  ['raise-container-cpu', 'docker'],
] as const)('%s', (id, platform) => {
  const fix = fixCalled(id);
  const undo = undoOf(id);
  const limited = (cpuMillicores: number, setLimits?: (...asked: unknown[]) => Promise<void>): Given => {
    const limits = { ...LIMITS, cpuMillicores };
    const more = setLimits ? { setLimits } : {};
    return platform === 'docker'
      ? { docker: { replicas: async () => [replica('backend-1', { limits })], ...more } }
      : { kubernetes: { workload: async () => workload({ limits }), ...more } };
  };

  test('sets the guide’s figure', async () => {
    expect(await fix.preview(context(limited(500)))).toMatchObject({
      summary: 'Raise the CPU limit of backend to 1000m',
      changes: [{ before: '500m', after: '1000m' }],
      boundTo: 'cpuMillicores/500',
    });
  });

  test('leaves one that is as high alone', async () => {
    await expect(fix.preview(context(limited(1000)))).rejects.toThrow('The limit is 1000m, not below');
  });

  test('sets the CPU alone, once, and sets it back', async () => {
    const set: unknown[] = [];
    const acting = (now: number) =>
      context(
        limited(now, async (service, limits) => {
          set.push([service, limits]);
        }),
      );
    const kept = await undo.capture(acting(250));
    expect(await fix.run(acting(250))).toBe('the CPU limit is 1000m');
    expect(await undo.startsFrom?.(acting(1000), kept)).toBe('cpuMillicores/1000');
    expect(await undo.apply(acting(1000), kept)).toBe('the CPU limit is 250m again');
    expect([await undo.isBack(acting(250), kept), await undo.isBack(acting(1000), kept)]).toEqual([
      true,
      false,
    ]);
    expect(set).toEqual([
      ['backend', { cpuMillicores: 1000 }],
      ['backend', { cpuMillicores: 250 }],
    ]);
    await expect(async () => undo.apply(acting(1000), { limit: 0 })).rejects.toThrow();
  });
});

describe('scale-out', () => {
  const fix = fixCalled('scale-out');
  const of = (replicas: number): Given => ({
    kubernetes: {
      workload: async () => workload({ replicas, ready: replicas }),
      autoscaler: async () => undefined,
    },
  });

  test('to the guide’s three', async () => {
    expect(await fix.preview(context(of(2)))).toMatchObject({
      summary: 'Scale paksa-financial/paksa-backend to 3 replicas',
      changes: [{ before: '2 (2 ready)', after: '3' }],
      notes: ['Each replica opens connections of its own to the database.'],
    });
  });

  test('an autoscaler would scale back', async () => {
    const autoscaler = async () => ({ name: 'backend-hpa', minReplicas: 2, maxReplicas: 9 });
    const scaled = { kubernetes: { ...of(2).kubernetes, autoscaler } };
    await expect(fix.preview(context(scaled))).rejects.toThrow('change its minReplicas or maxReplicas');
  });

  test('more than three are a person’s decision', async () => {
    await expect(fix.preview(context(of(3)))).rejects.toThrow('a decision for a person');
  });
});

test('profiling and caching are advice, with a place to read more', () => {
  expect(highCpu.advice?.map(({ text }) => text).join()).toMatch(/Profile.*Cache/);
  for (const { link } of highCpu.advice ?? []) expect(URL.canParse(link)).toBe(true);
});
