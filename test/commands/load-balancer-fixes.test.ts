/** What the topic `load-balancer` does about it: what each fix shows, is bound to, does once, and takes back. */
import { describe, expect, test } from 'vitest';
import { loadBalancer } from '../../commands/load-balancer.ts';
import type { Readiness, Workload } from '../../src/adapters/kubernetes/port.ts';
import type { KeptConfig, UpstreamServer } from '../../src/adapters/nginx/port.ts';
import type { Target } from '../../src/runbook/target.ts';
import { type Given, PRODUCTION } from './context.ts';
import { replica, stopped, topic, workload } from './emergencies/samples.ts';
import { faulty } from './topic.ts';

const { fixCalled, undoOf, context } = topic(loadBalancer);

describe.each([
  ['restart-nginx', 'docker', { docker: { replicas: async () => [replica('nginx-1')] } }],
  ['restart-ingress', 'kubernetes', { kubernetes: { workload: async () => workload({ name: 'ingress' }) } }],
] as const)('%s', (id, platform, there) => {
  const fix = fixCalled(id);
  const tested = (ok: boolean, output = ''): Given => ({
    ...there,
    nginx: { test: async () => ({ ok, output }) },
  });

  test('says that nginx would come up again', async () => {
    const { notes } = await fix.preview(context(tested(true)));
    expect(notes).toContain('nginx -t takes the configuration.');
  });

  test('is refused with a configuration that nginx refuses, and says where', async () => {
    const output =
      'nginx: [warn] x\nnginx: [emerg] unknown directive "proxy_pas" in /etc/nginx/conf.d/b.conf:11\n';
    await expect(fix.preview(context(tested(false, output)))).rejects.toThrow(
      /would not come up again\. Correct it first: unknown directive "proxy_pas" in .*:11$/,
    );
  });

  test('starts one that cannot be asked, which is the point', async () => {
    const asleep = platform === 'docker' ? { docker: { replicas: async () => [stopped('nginx-1')] } } : there;
    const given: Given = { ...asleep, nginx: { test: faulty('unreachable', 'the container does not run') } };
    const { notes } = await fix.preview(context(given));
    expect(notes).toContain('nginx -t could not be asked: the container does not run');
  });

  test('without nginx configured it cannot be asked either', async () => {
    const { nginx: _, ...target }: Target = PRODUCTION;
    const { notes } = await fix.preview(context(there, { target }));
    expect(notes).toContain('nginx -t cannot be asked: nginx is not configured.');
  });

  test('restarts once', async () => {
    const restarted: string[] = [];
    const restart = async (service: string) => {
      restarted.push(service);
    };
    await fix.run(context({ [platform]: { restart } }));
    expect(restarted).toEqual(['nginx']);
    expect(fix.undo.reversible).toBe(false);
  });
});

test.each([
  ['restart-backend', 'docker', ['container-health', 'through']],
  ['rollout-restart', 'kubernetes', ['pod-health', 'endpoints']],
] as const)(
  '%s restarts the backend, and looks at each of it afterwards',
  async (id, platform, verifiedBy) => {
    const restarted: string[] = [];
    const restart = async (service: string) => {
      restarted.push(service);
    };
    await fixCalled(id).run(context({ [platform]: { restart } }));
    expect(restarted).toEqual(['backend']);
    expect(fixCalled(id).verifiedBy).toEqual(verifiedBy);
  },
);

describe('start-pods', () => {
  const of = (replicas: number): Given => ({
    kubernetes: {
      workload: async () => workload({ replicas, ready: replicas }),
      autoscaler: async () => undefined,
    },
  });
  test('from none, to as many as are usual', async () => {
    expect((await fixCalled('start-pods').preview(context(of(0)))).changes).toEqual([
      { what: 'Replicas', before: '0 (0 ready)', after: '2' },
    ]);
    await expect(fixCalled('start-pods').preview(context(of(1)))).rejects.toThrow('nothing to start');
  });
});

describe('fix-health-check', () => {
  const fix = fixCalled('fix-health-check');
  const undo = undoOf('fix-health-check');
  const server = (
    address: string,
    failTimeoutSeconds: number,
    of: Partial<UpstreamServer> = {},
  ): UpstreamServer => ({
    upstream: 'backend',
    address,
    maxFails: 1,
    failTimeoutSeconds,
    file: '/etc/nginx/conf.d/b.conf',
    line: `server ${address} weight=2 fail_timeout=${failTimeoutSeconds}s;`,
    ...of,
  });
  const OTHER = { file: '/etc/nginx/conf.d/a.conf', upstream: 'other' };
  const FINE = server('c:1', 10, { file: '/etc/nginx/conf.d/fine.conf' });
  const slow = [server('a:1', 300), server('b:1', 10), server('d:1', 60, OTHER), FINE];
  const quick = [
    server('a:1', 10, { maxFails: 3 }),
    server('b:1', 10, { maxFails: 3 }),
    server('d:1', 10, { ...OTHER, maxFails: 3 }),
    FINE,
  ];
  const defined = (servers: readonly UpstreamServer[], more: Given['nginx'] = {}): Given => ({
    nginx: { upstreams: async () => servers, ...more },
  });

  test('shows every server of the files that it changes, and no other', async () => {
    const after = 'max_fails=3 fail_timeout=10s';
    expect(await fix.preview(context(defined(slow)))).toMatchObject({
      summary: 'Change /etc/nginx/conf.d/a.conf and /etc/nginx/conf.d/b.conf, and reload nginx',
      changes: [
        { what: 'a:1 of backend', before: 'max_fails=1 fail_timeout=300s', after },
        { what: 'b:1 of backend', before: 'max_fails=1 fail_timeout=10s', after },
        { what: 'd:1 of other', before: 'max_fails=1 fail_timeout=60s', after },
      ],
    });
  });

  test('is bound to the figures, and not to their order or to another file', async () => {
    const bound = async (servers: readonly UpstreamServer[]) =>
      (await fix.preview(context(defined(servers)))).boundTo;
    const now = await bound(slow);
    expect(await bound(slow.toReversed().filter((one) => one !== FINE))).toBe(now);
    expect(await bound([server('a:1', 299), ...slow.slice(1)])).not.toBe(now);
  });

  test('has nothing to do where none is left alone for long', async () => {
    await expect(fix.preview(context(defined(quick)))).rejects.toThrow('nothing to change');
  });

  test('changes each file once, and puts each back', async () => {
    const done: unknown[] = [];
    const acting = (servers: readonly UpstreamServer[]) =>
      context(
        defined(servers, {
          keep: async (file, label): Promise<KeptConfig> => ({ file, keptAt: `${file}.${label}` }),
          setHealthChecks: async (file, figures) => {
            done.push([file, figures]);
          },
          restore: async (kept) => {
            done.push(kept);
          },
        }),
      );
    const kept: unknown = JSON.parse(JSON.stringify(await undo.capture(acting(slow))));
    expect(await fix.run(acting(slow))).toBe('3 servers are tried again after 10 s');
    const figures = { maxFails: 3, failTimeoutSeconds: 10 };
    const [a, b] = ['/etc/nginx/conf.d/a.conf', '/etc/nginx/conf.d/b.conf'];
    expect(done.splice(0)).toEqual([
      [a, figures],
      [b, figures],
    ]);
    const left = await undo.startsFrom?.(acting(quick), kept);
    expect(left).not.toBe(await undo.startsFrom?.(acting([server('a:1', 15), ...quick.slice(1)]), kept));
    expect(await undo.isBack(acting(quick), kept)).toBe(false);
    expect(await undo.apply(acting(quick), kept)).toBe(`${a} and ${b} as before`);
    expect(done).toEqual([
      { file: a, keptAt: `${a}.inc-1-fix-1` },
      { file: b, keptAt: `${b}.inc-1-fix-1` },
    ]);
    expect(await undo.isBack(acting(slow), kept)).toBe(true);
  });

  test.each([[{}], [{ files: [{ file: '/a' }], figures: '' }], [{ files: 'a', figures: '' }], ['a']])(
    'what was kept is read with care: %j',
    async (broken) => {
      await expect(async () => undo.apply(context(defined(quick)), broken)).rejects.toThrow();
    },
  );
});

describe('fix-readiness', () => {
  const fix = fixCalled('fix-readiness');
  const undo = undoOf('fix-readiness');
  const late: Readiness = { periodSeconds: 60, timeoutSeconds: 1, failureThreshold: 3 };
  const soon: Readiness = { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 };
  const probed = (
    readiness: Readiness | undefined,
    of: Partial<Workload> = {},
    more: Given['kubernetes'] = {},
  ): Given => ({
    kubernetes: { workload: async () => workload({ ...(readiness ? { readiness } : {}), ...of }), ...more },
  });

  test('shows the figures before and after', async () => {
    expect(await fix.preview(context(probed(late)))).toMatchObject({
      summary: 'Change the readiness probe of paksa-financial/paksa-backend',
      changes: [
        { what: 'Asked every', before: '60 s', after: '10 s' },
        { what: 'Given up after', before: '1 s', after: '5 s' },
        { what: 'Failures before it is left', before: '3', after: '3' },
      ],
      notes: ['2 pods are rolled over.', expect.stringContaining('manifest')],
      boundTo: 'paksa-financial/paksa-backend 60/1/3',
    });
  });

  test('is bound to them alone', async () => {
    const bound = async (of: Partial<Workload>) => (await fix.preview(context(probed(late, of)))).boundTo;
    expect(await bound({ ready: 1, generation: 9, resourceVersion: '99' })).toBe(await bound({}));
  });

  test.each([
    ['one that is quick enough', soon, 'nothing to change'],
    ['none', undefined, 'has no readiness probe: add one to its manifest first'],
  ])('is refused for %s', async (_, readiness, why) => {
    await expect(fix.preview(context(probed(readiness)))).rejects.toThrow(why);
  });

  test('sets them once, and sets them back', async () => {
    const set: unknown[] = [];
    const setReadiness = async (...[service, readiness]: [string, Readiness, AbortSignal]) => {
      set.push([service, readiness]);
    };
    const acting = (readiness: Readiness) => context(probed(readiness, {}, { setReadiness }));
    const kept: unknown = JSON.parse(JSON.stringify(await undo.capture(acting(late))));
    expect(await fix.run(acting(late))).toBe('a dead pod is left within 30 s');
    expect(await undo.startsFrom?.(acting(soon), kept)).toBe('10/5/3');
    expect(await undo.isBack(acting(soon), kept)).toBe(false);
    expect(await undo.apply(acting(soon), kept)).toBe('the probe is as it was: asked every 60 s');
    expect(await undo.isBack(acting(late), kept)).toBe(true);
    expect(set).toEqual([
      ['backend', soon],
      ['backend', late],
    ]);
    await expect(async () => undo.apply(acting(soon), { ...late, periodSeconds: '60' })).rejects.toThrow();
  });
});

test('what is not configured cannot be fixed', () => {
  const { docker: _, kubernetes: __, nginx: ___, ...bare }: Target = PRODUCTION;
  for (const [id, { unavailable }] of Object.entries(loadBalancer.fixes))
    expect([id, unavailable(bare), unavailable(PRODUCTION)]).toEqual([id, expect.any(String), undefined]);
});
