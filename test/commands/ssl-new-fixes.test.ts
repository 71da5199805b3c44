/** Of the topic `ssl`: a TLS secret that is not there, and an nginx that has to read its certificate anew. */
import { describe, expect, test } from 'vitest';
import { ssl } from '../../commands/ssl.ts';
import type { Given } from './context.ts';
import { certificate, installed } from './sample-server.ts';
import { faulty, under } from './topic.ts';

const { fixCalled, context, look } = under(ssl);
const onDisk = {
  installed: async () => installed({ leaf: certificate({ serial: '0C', fingerprint: 'CC' }) }),
};

describe('create-secret', () => {
  const fix = fixCalled('create-secret');
  const missing: Given = { certificate: onDisk, kubernetes: { tlsSecret: faulty('not-found') } };

  test('shows that there is none, and what it would hold', async () => {
    expect(await fix.preview(context(missing))).toMatchObject({
      summary: 'Create paksa-financial/paksa-tls-secret with the certificate on disk',
      changes: [{ what: 'Secret', before: 'not there', after: 'serial 0C' }, {}],
      boundTo: 'none/CC',
    });
  });

  test('is refused where there is one, or nobody can tell', async () => {
    const tlsSecret = async () => ({
      name: 'paksa-tls-secret',
      namespace: 'paksa-financial',
      resourceVersion: '7',
      leaf: certificate(),
    });
    const there = { certificate: onDisk, kubernetes: { tlsSecret } };
    await expect(fix.preview(context(there))).rejects.toThrow('update it instead');
    const away = { certificate: onDisk, kubernetes: { tlsSecret: faulty('unreachable', 'nobody listens') } };
    await expect(fix.preview(context(away))).rejects.toThrow('nobody listens');
  });

  test('creates it once, and says why it does not take that back', async () => {
    let applied = 0;
    const applyTlsSecret = async () => {
      applied += 1;
    };
    await fix.run(context({ kubernetes: { applyTlsSecret } }));
    expect(applied).toBe(1);
    expect(fix.undo).toMatchObject({
      reversible: false,
      why: expect.stringContaining('kubectl delete secret'),
    });
  });
});

describe('reload-nginx', () => {
  const fix = fixCalled('reload-nginx');
  const tested = (ok: boolean, output = ''): Given => ({
    certificate: onDisk,
    nginx: { test: async () => ({ ok, output }) },
  });

  test('shows which certificate it would read', async () => {
    expect(await fix.preview(context(tested(true)))).toMatchObject({
      changes: [{ after: 'from disk, serial 0C' }],
      boundTo: 'CC',
    });
  });

  test('is refused while nginx refuses its configuration', async () => {
    const words = '2026/10/01 11:59:00 [emerg] 7#7: unknown directive "servr" in /etc/nginx/nginx.conf:4';
    await expect(fix.preview(context(tested(false, words)))).rejects.toThrow('unknown directive "servr"');
  });

  test('reloads once', async () => {
    let reloaded = 0;
    const reload = async () => {
      reloaded += 1;
    };
    await fix.run(context({ nginx: { reload } }));
    expect(reloaded).toBe(1);
  });

  test('is what a server that presents another certificate is offered', async () => {
    const { chain } = installed();
    const presented = { ...certificate(), daysLeft: 9, matchesName: true, chain, chainInOrder: true };
    const given: Given = {
      certificate: onDisk,
      tls: { peerCertificate: async () => ({ ...presented, protocol: 'TLSv1.3' }) },
    };
    expect((await look('served-is-installed', given)).suggests).toEqual(['restart-ingress', 'reload-nginx']);
  });
});
