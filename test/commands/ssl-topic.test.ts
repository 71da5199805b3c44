/** The topic `ssl` as a whole: its evidence, what it looks at where, and that one fault is told once. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ssl } from '../../commands/ssl.ts';
import { examine } from '../../src/engine/examine.ts';
import { type Given, PRODUCTION } from './context.ts';
import {
  certificate,
  clockOff,
  context,
  inDays,
  installed,
  look,
  NOW,
  onDisk,
  serving,
  TARGET,
} from './sample-server.ts';

describe('evidence', () => {
  test('expiry: whose, from whom, and when', async () => {
    expect((await look('expiry')).evidence).toEqual({
      subject: 'paksa.test',
      issuer: 'Paksa Intermediate',
      serial: '0A1B',
      'valid from': '2026-02-08',
      'valid until': '2026-05-09',
    });
  });

  test('name: what was asked for, and all that it is valid for', async () => {
    expect((await look('name')).evidence).toEqual({
      asked: 'paksa.test',
      names: ['paksa.test', 'www.paksa.test'],
    });
  });

  test('name: asks for the host where no other name is configured', async () => {
    const target = { ...TARGET, tls: { host: 'plain.test', port: 443 } };
    expect(await look('name', {}, { target })).toMatchObject({ summary: 'valid for plain.test' });
  });

  test('chain: what was sent, and the verdict on it', async () => {
    expect((await look('chain')).evidence).toEqual({
      sent: ['paksa.test', 'Paksa Intermediate'],
      verdict: 'trusted',
    });
    const revoked = serving({ distrust: 'CERT_REVOKED' });
    expect((await look('chain', revoked)).evidence).toMatchObject({ verdict: 'CERT_REVOKED' });
  });

  test('file: names the certificate’s file, and the key’s mode', async () => {
    expect((await look('file')).evidence).toEqual({
      file: '/etc/paksa/cert.pem',
      serial: '0A1B',
      'valid until': '2026-05-09',
      'key file mode': '600',
    });
    const place = { on: 'container', service: 'certbot' } as const;
    const files = { certificate: '/live/cert.pem', key: '/live/key.pem' };
    const authority = { kind: 'certbot', name: 'paksa', program: 'certbot' } as const;
    const elsewhere = { ...TARGET, certificate: { place, files, authority } };
    expect((await look('file', {}, { target: elsewhere })).evidence).toMatchObject({
      file: '/live/cert.pem, in the container of certbot',
    });
  });

  test('served-is-installed: both serials', async () => {
    const other = onDisk({ leaf: certificate({ serial: '0C', fingerprint: 'CC:DD' }) });
    expect((await look('served-is-installed', other)).evidence).toEqual({ served: '0A1B', 'on disk': '0C' });
  });

  test('clock: how far, and how sure', async () => {
    expect((await look('clock', clockOff(-45_200, 600))).evidence).toEqual({ 'skew in s': -45, '± s': 1 });
  });
});

describe('the file, which the cluster’s secret is made from', () => {
  const { kubernetes } = PRODUCTION;
  const inCluster = { target: { ...TARGET, ...(kubernetes ? { kubernetes } : {}) } };

  test.each([
    ['as it ought to be', {}, 'valid until 2026-05-09, key belongs'],
    [
      'for another name',
      { leaf: certificate({ names: ['old.test'] }) },
      'not valid for paksa.test, only for old.test',
    ],
    ['soon at its end', { leaf: certificate({ notAfter: inDays(8) }) }, 'expires in 8 days'],
    [
      'without its issuer',
      { missingIssuer: 'Paksa Intermediate' },
      'the certificate of Paksa Intermediate is missing after it',
    ],
  ])('%s', async (_, file, summary) => {
    expect(await look('file', onDisk(file), inCluster)).toMatchObject({
      status: summary.includes('belongs') ? 'healthy' : 'problem',
      summary,
    });
  });

  test('nginx that reads it later presents the old one meanwhile: the file is judged by itself', async () => {
    const { nginx } = PRODUCTION;
    const behindNginx = { target: { ...TARGET, ...(nginx ? { nginx } : {}) } };
    const file = onDisk({ leaf: certificate({ notAfter: inDays(8) }) });
    expect(await look('file', file, behindNginx)).toMatchObject({
      status: 'problem',
      summary: 'expires in 8 days',
    });
    expect(await look('file', file)).toMatchObject({ status: 'healthy' });
  });

  test('without a cluster its server is asked, which tells the same itself', async () => {
    expect(await look('file', onDisk({ missingIssuer: 'Paksa Intermediate' }))).toMatchObject({
      status: 'healthy',
    });
  });
});

describe('the topic as a whole', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: NOW, toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const examineWith = (changed: Given, target = TARGET) =>
    examine(ssl, target, context(changed), { redact: (value) => value });

  test('finds nothing wrong with a server that is well', async () => {
    const { findings, skipped } = await examineWith({});
    expect(findings.map(({ check, status }) => [check, status])).toEqual(
      Object.keys(ssl.checks)
        .filter((check) => check !== 'secret')
        .map((check) => [check, 'healthy']),
    );
    expect(skipped.map(({ check }) => check)).toEqual(['secret']);
  });

  test('a server that cannot be reached is not known to be well', async () => {
    const refused = async () => Promise.reject(new Error('connection refused'));
    const { findings } = await examineWith({
      tls: { peerCertificate: refused, protocols: refused },
      http: { clock: refused },
    });
    for (const { check, status, summary } of findings)
      if (check === 'file') expect(status).toBe('healthy');
      else expect([status, summary]).toEqual(['inconclusive', 'could not look: connection refused']);
  });

  test('an expired certificate is told by what it breaks, and by nothing else', async () => {
    const leaf = certificate({ notAfter: inDays(-1) });
    const { findings } = await examineWith({
      ...serving({ notAfter: leaf.notAfter, distrust: 'CERT_HAS_EXPIRED' }),
      certificate: { installed: async () => installed({ leaf }) },
    });
    const problems = findings.filter(({ status }) => status === 'problem');
    expect(problems.map(({ check }) => check)).toEqual(['expiry', 'file']);
  });

  test('what is not configured is not looked at, and says which key would change that', async () => {
    const { certificate: _, ...served } = TARGET;
    const noFile = 'no certificate file configured (environments.production.certificate)';
    expect((await examineWith({}, served)).skipped.map(({ check, why }) => [check, why])).toEqual([
      ['file', noFile],
      ['secret', expect.stringContaining('no cluster')],
      ['served-is-installed', noFile],
    ]);
    const { tls: __, ...stored } = TARGET;
    const { findings, skipped } = await examineWith({}, stored);
    expect(findings.map(({ check }) => check)).toEqual(['file']);
    expect(new Set(skipped.map(({ why }) => why))).toEqual(
      new Set([
        'no TLS server configured (environments.production.tls)',
        'no cluster configured (environments.production.kubernetes)',
      ]),
    );
  });
});
