/** The fixes of the topic `ssl`: where they can be used, what they show, what they do, and how they are taken back. */
import { describe, expect, test } from 'vitest';
import { topics } from '../../commands/index.ts';
import { ssl } from '../../commands/ssl.ts';
import type { CertificateBackup } from '../../src/adapters/certificate/port.ts';
import type { Target } from '../../src/runbook/target.ts';
import { PRODUCTION } from './context.ts';
import {
  certificate,
  context,
  fixCalled,
  inDays,
  installed,
  onDisk,
  TARGET,
  undoOf,
} from './sample-server.ts';

const CLUSTER = { ...TARGET, kubernetes: PRODUCTION.kubernetes };
const { certificate: _, ...WITHOUT_FILE } = CLUSTER;

const SECRET = {
  name: 'paksa-tls',
  namespace: 'paksa',
  resourceVersion: '411',
  leaf: certificate({ serial: '0A', fingerprint: 'AA', notAfter: inDays(3) }),
};
const BACKUP: CertificateBackup = {
  kind: 'local-ca',
  serial: '0A1B',
  files: [{ path: '/etc/paksa/cert.pem', keptAt: '/etc/paksa/cert.pem.INC-1-renew-1' }],
};

const WITH_NGINX: Target = {
  ...TARGET,
  nginx: { place: { on: 'container', service: 'nginx' }, program: 'nginx' },
};

test('the topic is listed', () => expect(topics.get('ssl')).toBe(ssl));

describe('where they can be used', () => {
  test.each([
    ['renew', TARGET, undefined],
    ['renew', WITHOUT_FILE, 'no certificate file configured (environments.production.certificate)'],
    ['update-secret', TARGET, 'no cluster configured (environments.production.kubernetes)'],
    ['update-secret', CLUSTER, undefined],
    ['update-secret', WITHOUT_FILE, 'no certificate file configured (environments.production.certificate)'],
    [
      'restart-ingress',
      TARGET,
      'no workload of nginx configured (environments.production.kubernetes.workloads.nginx)',
    ],
    ['restart-ingress', CLUSTER, undefined],
    ['create-secret', TARGET, 'no cluster configured (environments.production.kubernetes)'],
    ['create-secret', CLUSTER, undefined],
    ['reload-nginx', TARGET, 'no nginx configured (environments.production.nginx)'],
    ['reload-nginx', WITH_NGINX, undefined],
  ] as const)('%s', (id, target, why) => {
    expect(fixCalled(id).unavailable(target)).toBe(why);
  });
});

describe('renew', () => {
  const renew = fixCalled('renew');
  const undo = undoOf('renew');

  test('shows what is there and what would be asked for, and changes nothing', async () => {
    expect(await renew.preview(context())).toEqual({
      summary: 'Ask the local CA for a new certificate and put it in place',
      changes: [
        { what: 'Subject', before: 'paksa.test', after: 'paksa.test' },
        { what: 'Names', before: 'paksa.test, www.paksa.test', after: 'paksa.test, api.paksa.test' },
        { what: 'Valid until', before: '2026-05-09', after: '90 days from now' },
        { what: 'Serial', before: '0A1B', after: 'a new one' },
      ],
      notes: ['The private key is replaced too.', 'The old certificate and key are kept for undo.'],
      boundTo: 'AA:BB',
    });
  });

  test('says so where only the authority knows the dates and names', async () => {
    const plan = async () => ({ authority: 'certbot', names: [] });
    const { changes } = await renew.preview(context({ certificate: { plan } }));
    expect(changes[0]?.after).toBe('paksa.test');
    expect(changes[2]?.after).toBe('as the authority decides');
  });

  test('is bound to the certificate that it would replace', async () => {
    const other = onDisk({ leaf: certificate({ fingerprint: 'CC:DD' }) });
    expect((await renew.preview(context(other))).boundTo).toBe('CC:DD');
  });

  test('asks once, and tells what is there now', async () => {
    let issued = 0;
    const outcome = await renew.run(
      context({
        certificate: {
          renew: async () => {
            issued += 1;
          },
          installed: async () =>
            installed({ leaf: certificate({ serial: `0${issued}`, notAfter: inDays(90) }) }),
        },
      }),
    );
    expect(issued).toBe(1);
    expect(outcome).toBe('new certificate 01, valid until 2026-06-08');
  });

  test('fails with the authority’s own words', async () => {
    const renews = async () => Promise.reject(new Error('rate limit of 5 a week reached'));
    await expect(renew.run(context({ certificate: { renew: renews } }))).rejects.toThrow('rate limit');
  });

  test('keeps the old files under the attempt’s name, and puts those back', async () => {
    const labels: string[] = [];
    const restored: CertificateBackup[] = [];
    const acting = context({
      certificate: {
        backup: async (label) => {
          labels.push(label);
          return BACKUP;
        },
        restore: async (backup) => {
          restored.push(backup);
        },
      },
    });
    const kept: unknown = JSON.parse(JSON.stringify(await undo.capture(acting)));
    expect(labels).toEqual(['INC-1-renew-1']);
    expect(await undo.apply(acting, kept)).toBe('certificate 0A1B is in place again');
    expect(restored).toEqual([BACKUP]);
  });

  test('is taken back once the serial is the old one again', async () => {
    expect(await undo.isBack(context(), BACKUP)).toBe(true);
    expect(await undo.isBack(context(onDisk({ leaf: certificate({ serial: '0C' }) })), BACKUP)).toBe(false);
  });

  test.each([
    ['nothing', undefined],
    ['no object', 'a copy'],
    ['an authority that there is not', { ...BACKUP, kind: 'acme' }],
    ['no serial', { kind: 'certbot', files: [] }],
    ['a file without its copy', { ...BACKUP, files: [{ path: '/etc/paksa/cert.pem' }] }],
  ])('does not put back %s', async (_, data) => {
    const untouched = context();
    await expect(async () => undo.apply(untouched, data)).rejects.toThrow(/invalid/i);
    await expect(async () => undo.isBack(untouched, data)).rejects.toThrow(/invalid/i);
  });
});

describe('update-secret', () => {
  const update = fixCalled('update-secret');
  const undo = undoOf('update-secret');
  const tlsSecret = async () => SECRET;

  test('shows the secret’s certificate and the one on disk; bound to both', async () => {
    expect(await update.preview(context({ kubernetes: { tlsSecret } }, { target: CLUSTER }))).toMatchObject({
      summary: 'Put the certificate on disk into paksa/paksa-tls',
      changes: [
        { what: 'Serial', before: '0A', after: '0A1B' },
        { what: 'Valid until', before: '2026-03-13', after: '2026-05-09' },
      ],
      boundTo: '411/AA:BB',
    });
  });

  test('applies once', async () => {
    let applied = 0;
    const applyTlsSecret = async () => {
      applied += 1;
    };
    expect(await update.run(context({ kubernetes: { applyTlsSecret } }))).toContain('certificate on disk');
    expect(applied).toBe(1);
  });

  test('keeps the old secret in the cluster, and puts that back', async () => {
    const restored: string[] = [];
    const acting = context({
      kubernetes: {
        tlsSecret,
        keepTlsSecret: async (label) => `paksa-tls-${label}`,
        restoreTlsSecret: async (kept) => {
          restored.push(kept);
        },
      },
    });
    const kept = await undo.capture(acting);
    expect(kept).toEqual({ serial: '0A', kept: 'paksa-tls-INC-1-renew-1' });
    expect(await undo.apply(acting, kept)).toBe('the secret is as it was (from paksa-tls-INC-1-renew-1)');
    expect(restored).toEqual(['paksa-tls-INC-1-renew-1']);
    expect(await undo.isBack(acting, kept)).toBe(true);
    expect(await undo.isBack(acting, { serial: '0B', kept: 'x' })).toBe(false);
  });

  test.each([undefined, {}, { serial: '0A' }, { serial: 10, kept: 'x' }])(
    'does not put back %j',
    async (data) => {
      await expect(async () => undo.apply(context(), data)).rejects.toThrow(/invalid/i);
    },
  );
});

describe('restart-ingress', () => {
  const restart = fixCalled('restart-ingress');
  const controller = (replicas: number, ready: number) => ({
    workload: async () => ({
      kind: 'deployment' as const,
      name: 'nginx',
      namespace: 'ingress',
      resourceVersion: '77',
      generation: 3,
      replicas,
      ready,
      updated: replicas,
      limits: {},
    }),
  });

  test('shows how many pods are replaced; bound to what is wanted of it', async () => {
    expect(await restart.preview(context({ kubernetes: controller(3, 2) }))).toEqual({
      summary: 'Roll over the pods of ingress/nginx',
      changes: [{ what: 'Pods', before: '2 of 3 ready', after: '3 new ones' }],
      notes: [],
      boundTo: 'ingress/nginx/3',
    });
  });

  test('warns where a single pod means lost connections', async () => {
    const { notes } = await restart.preview(context({ kubernetes: controller(1, 1) }));
    expect(notes).toEqual([expect.stringContaining('connections are dropped')]);
  });

  test('restarts once, and cannot be taken back', async () => {
    const restarted: string[] = [];
    await restart.run(
      context({
        kubernetes: {
          restart: async (service) => {
            restarted.push(service);
          },
        },
      }),
    );
    expect(restarted).toEqual(['nginx']);
    expect(restart.undo).toEqual({ reversible: false, why: 'a restart cannot be taken back' });
  });
});

test('a renewal leaves what is presented to the fixes that follow it, in a cluster and with nginx; else it does not', () => {
  const renew = fixCalled('renew');
  expect(renew.leaves(TARGET)).toEqual([]);
  for (const target of [CLUSTER, WITH_NGINX])
    expect(renew.verifiedBy.filter((check) => !renew.leaves(target).includes(check))).toEqual(['file']);
});
