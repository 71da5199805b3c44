/** Replicas of a service and their restart, on both platforms: what several topics share. */
import { describe, expect, test } from 'vitest';
import type { Replica } from '../../commands/parts/replicas.ts';
import { replicaCheck } from '../../commands/parts/replicas.ts';
import { restartFix } from '../../commands/parts/restart.ts';
import type { Workload } from '../../src/adapters/kubernetes/port.ts';
import { type Given, PRODUCTION } from './context.ts';
import { faulty, healthy, minutesAgo, problem, under, warning } from './topic.ts';

const replica = (of: Partial<Replica> = {}): Replica => ({
  name: 'postgres-1',
  image: 'postgres:15',
  state: 'running',
  ready: true,
  restarts: 0,
  startedAt: minutesAgo(600),
  limits: {},
  ...of,
});
const workload = (of: Partial<Workload> = {}): Workload => ({
  kind: 'statefulset',
  name: 'postgres-primary',
  namespace: 'paksa-financial',
  resourceVersion: '7',
  generation: 3,
  replicas: 1,
  ready: 1,
  updated: 1,
  limits: {},
  ...of,
});

const docker = (...replicas: Replica[]): Given => ({ docker: { replicas: async () => replicas } });
const kubernetes = (wanted: Partial<Workload>, ...replicas: Replica[]): Given => ({
  kubernetes: { replicas: async () => replicas, workload: async () => workload(wanted) },
});

const { look, fixCalled, checkCalled, context } = under({
  checks: {
    containers: replicaCheck('docker', 'postgres', ['restart-container']),
    pods: replicaCheck('kubernetes', 'postgres', ['rollout-restart']),
  },
  fixes: {
    compose: restartFix('docker', 'postgres', ['containers']),
    rollout: restartFix('kubernetes', 'postgres', ['pods']),
    told: restartFix('docker', 'postgres', ['containers'], {
      risk: 'high',
      more: async () => ({
        changes: [{ what: 'Sessions', before: '3', after: '0' }],
        notes: ['All are cut.'],
      }),
    }),
  },
});

const OOM = { code: 137, oomKilled: true, at: minutesAgo(2) };
const CRASHED = { code: 1, oomKilled: false, at: minutesAgo(2) };

describe('containers', () => {
  test.each([
    ['running', docker(replica()), healthy('1 container, running and ready')],
    [
      'restarted often, but long ago',
      docker(replica({ restarts: 9, lastExit: { ...CRASHED, at: minutesAgo(60) } })),
      healthy('1 container, running and ready'),
    ],
    [
      'restarted by hand',
      docker(replica({ restarts: 4, lastExit: { code: 0, oomKilled: false, at: minutesAgo(1) } })),
      healthy('1 container, running and ready'),
    ],
    [
      'that was restarted again and again, and Docker has forgotten why',
      docker(replica({ restarts: 5, lastExit: { at: minutesAgo(2) } })),
      warning(
        'postgres-1 runs, but keeps ending: 5 restarts, the last 2 min ago, how it ended is forgotten',
        ['restart-container'],
      ),
    ],
    [
      'that runs between two crashes',
      docker(replica({ restarts: 5, lastExit: OOM })),
      warning(
        'postgres-1 runs, but keeps ending: 5 restarts, the last 2 min ago, exit code 137, out of memory',
        ['restart-container'],
      ),
    ],
    [
      'stopped',
      docker(replica({ state: 'exited', ready: false, lastExit: { code: 0, oomKilled: false } })),
      problem('postgres-1 has stopped: exit code 0', ['restart-container']),
    ],
    [
      'killed for its memory',
      docker(replica({ state: 'exited', ready: false, lastExit: OOM, restarts: 1 })),
      problem('postgres-1 has stopped: exit code 137, out of memory; 1 restart', ['restart-container']),
    ],
    [
      'in a crash loop',
      docker(
        replica({ state: 'restarting', ready: false, lastExit: { ...CRASHED, code: 127 }, restarts: 12 }),
      ),
      problem(
        'postgres-1 ends and is started again and again: exit code 127, its program is not there; 12 restarts',
        ['restart-container'],
      ),
    ],
    [
      'unhealthy',
      docker(replica({ ready: false, why: 'unhealthy' })),
      problem('postgres-1 runs but is not ready: unhealthy', ['restart-container']),
    ],
    [
      'never started',
      docker(replica({ state: 'waiting', ready: false })),
      problem('postgres-1 has not started', ['restart-container']),
    ],
    [
      'one of two',
      docker(replica(), replica({ name: 'postgres-2', state: 'exited', ready: false })),
      warning('postgres-2 has stopped (1 of 2 containers not ready)', ['restart-container']),
    ],
    [
      'none',
      docker(),
      problem('there is no container of postgres: create it with “docker compose up -d postgres”'),
    ],
    [
      'of a project that is not there',
      { docker: { replicas: faulty('not-found', 'no such project') } },
      problem('there is none: no such project'),
    ],
  ])('%s', async (_, given, verdict) => {
    expect(await look('containers', given)).toMatchObject(verdict);
  });

  test('shows each: its state, since when, and what is wrong', async () => {
    const { evidence } = await look(
      'containers',
      docker(replica(), replica({ name: 'b', state: 'exited', ready: false })),
    );
    expect(evidence).toEqual({
      ready: '1 of 2',
      replicas: ['postgres-1 running since 2026-10-01 02:00:00Z, ready', 'b exited, not ready'],
    });
  });

  test('that cannot be asked are not known to be well', async () => {
    await expect(look('containers', { docker: { replicas: faulty('unreachable') } })).rejects.toThrow(
      'said no',
    );
  });

  test('of a service that is not configured are not looked at', () => {
    const target = { ...PRODUCTION, docker: { socketPath: '/run/docker.sock', services: {} } };
    expect(checkCalled('containers').skip(target)).toMatch(/no container of postgres configured/);
    expect(checkCalled('containers').skip(PRODUCTION)).toBeUndefined();
  });
});

describe('pods', () => {
  const pod = (of: Partial<Replica> = {}) => replica({ name: 'pod-a', ...of });
  test.each([
    ['as wanted', kubernetes({}, pod()), healthy('1 pod, running and ready')],
    [
      'as wanted, with another on its way in a rollout',
      kubernetes(
        { replicas: 1 },
        pod(),
        pod({ name: 'b', state: 'waiting', ready: false, why: 'ContainerCreating' }),
      ),
      healthy('1 pod, running and ready'),
    ],
    [
      'in a rollout that is stuck',
      kubernetes(
        { replicas: 1 },
        pod(),
        pod({ name: 'b', state: 'waiting', ready: false, why: 'ImagePullBackOff' }),
      ),
      warning('b has not started: ImagePullBackOff (1 of 2 pods not ready)', ['rollout-restart']),
    ],
    [
      'in a crash loop',
      kubernetes(
        {},
        pod({ state: 'restarting', ready: false, why: 'CrashLoopBackOff', lastExit: CRASHED, restarts: 7 }),
      ),
      problem('pod-a ends and is started again and again: CrashLoopBackOff; exit code 1; 7 restarts', [
        'rollout-restart',
      ]),
    ],
    [
      'fewer than wanted',
      kubernetes({ replicas: 3, trouble: 'FailedCreate: exceeded quota' }, pod(), pod({ name: 'b' })),
      warning('1 pod is missing (1 of 3 pods not ready)', ['rollout-restart']),
    ],
    [
      'that do not come up, says the controller',
      kubernetes({ trouble: 'ProgressDeadlineExceeded: timed out' }, pod()),
      warning('what is wanted does not come up: ProgressDeadlineExceeded: timed out'),
    ],
    [
      'scaled to nothing',
      kubernetes({ replicas: 0 }),
      problem('it is scaled to nothing: no pod of postgres is wanted'),
    ],
    [
      'none of those wanted',
      kubernetes({ replicas: 2, trouble: 'FailedCreate: exceeded quota' }),
      problem('none of 2 pods is there: FailedCreate: exceeded quota', ['rollout-restart']),
    ],
  ])('%s', async (_, given, verdict) => {
    expect(await look('pods', given)).toMatchObject(verdict);
  });
});

describe('docker-compose restart', () => {
  const fix = fixCalled('compose');

  test('shows what is there, and what is started anew', async () => {
    expect(await fix.preview(context(docker(replica())))).toEqual({
      summary: 'Restart postgres-1',
      changes: [{ what: 'Containers', before: '1 of 1 ready', after: '1 started anew' }],
      notes: ['postgres does not answer for some seconds: open connections are dropped.'],
      boundTo: 'postgres-1/running/2026-10-01T02:00:00.000Z',
    });
  });

  test('starts what is stopped', async () => {
    const { changes, notes } = await fix.preview(context(docker(replica({ state: 'exited', ready: false }))));
    expect(changes[0]?.before).toBe('0 of 1 ready');
    expect(notes).toEqual(['1 container is stopped, and will be started.']);
  });

  test('has nothing to restart where there is none', async () => {
    await expect(fix.preview(context(docker()))).rejects.toThrow(/docker compose up -d postgres/);
  });

  test('an approval holds until somebody else restarts it, and through its own crashes', async () => {
    const bound = async (of: Partial<Replica>) => (await fix.preview(context(docker(replica(of))))).boundTo;
    expect(await bound({ startedAt: minutesAgo(1) })).not.toBe(await bound({}));
    expect(await bound({ state: 'exited', ready: false })).not.toBe(await bound({}));
    expect(await bound({ ready: false, why: 'unhealthy' })).toBe(await bound({}));
    expect(await bound({ restarts: 5, state: 'restarting', ready: false })).toBe(
      await bound({ restarts: 6, startedAt: minutesAgo(0) }),
    );
  });

  test('says what else it changes', async () => {
    expect(fixCalled('told').risk).toBe('high');
    const { changes, notes } = await fixCalled('told').preview(context(docker(replica())));
    expect(changes).toContainEqual({ what: 'Sessions', before: '3', after: '0' });
    expect(notes).toContain('All are cut.');
  });

  test('restarts once, and cannot be taken back', async () => {
    const restarted: string[] = [];
    const restart = async (service: string) => {
      restarted.push(service);
    };
    expect(await fix.run(context({ docker: { restart } }))).toBe('postgres has been restarted');
    expect(restarted).toEqual(['postgres']);
    expect(fix.undo).toMatchObject({ reversible: false });
  });
});

describe('kubectl rollout restart', () => {
  const fix = fixCalled('rollout');

  test('shows how many pods are replaced; bound to what is wanted', async () => {
    expect(await fix.preview(context(kubernetes({})))).toEqual({
      summary: 'Roll over the pods of paksa-financial/postgres-primary',
      changes: [{ what: 'Pods', before: '1 of 1 ready', after: '1 new ones' }],
      notes: ['There is a single pod: connections are dropped while it is replaced.'],
      boundTo: 'paksa-financial/postgres-primary/3',
    });
    expect((await fix.preview(context(kubernetes({ replicas: 3, ready: 2 })))).notes).toEqual([]);
  });

  test('has nothing to replace where nothing is wanted', async () => {
    await expect(fix.preview(context(kubernetes({ replicas: 0 })))).rejects.toThrow('Scale it up first');
  });

  test('restarts once', async () => {
    const restarted: string[] = [];
    const restart = async (service: string) => {
      restarted.push(service);
    };
    await fix.run(context({ kubernetes: { restart } }));
    expect(restarted).toEqual(['postgres']);
  });

  test('needs a workload', () => {
    const { kubernetes: _, ...without } = PRODUCTION;
    expect(fix.unavailable(without)).toMatch(/no workload of postgres configured/);
    expect(fix.unavailable(PRODUCTION)).toBeUndefined();
  });
});
