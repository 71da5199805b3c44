/** What the TLS probe tells of the certificate that a server presents. */
import { describe, expect, test } from 'vitest';
import { createTlsProbe } from '../../../src/adapters/tls/probe.ts';
import { daysFromNow, type TestAuthority } from '../../harness/certificates.ts';
import { selfSigned } from '../../harness/openssl.ts';
import { ownAuthority } from '../../harness/own-authority.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { serveTls } from '../../harness/tls-server.ts';

const probe = createTlsProbe();
const soon = () => AbortSignal.timeout(5_000);

const authority = ownAuthority();

/** Presents a certificate issued as asked, and looks at it under a name. */
async function present(asked: Parameters<TestAuthority['issue']>[0], servername?: string) {
  const { chain, key } = await authority().issue(asked);
  const { host, port } = await serveTls({ cert: chain, key });
  return probe.peerCertificate({ host, port, servername, trust: authority().trust }, soon());
}

test('a good certificate: every fact, and no distrust', async () => {
  const until = daysFromNow(60.5);
  const seen = await present({ names: ['api.paksa.test', '127.0.0.1', '::1'], until }, 'api.paksa.test');
  expect(seen).toMatchObject({
    subject: 'api.paksa.test',
    issuer: 'Test Intermediate',
    names: ['api.paksa.test', '127.0.0.1', '::1'],
    serial: expect.stringMatching(/^[4-7][0-9A-F]{31}$/),
    fingerprint: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
    notAfter: new Date(Math.floor(until.getTime() / 1000) * 1000),
    keyType: 'rsa',
    keyBits: 2048,
    signature: 'sha256WithRSAEncryption',
    selfSigned: false,
    daysLeft: 60,
    matchesName: true,
    chainInOrder: true,
    protocol: 'TLSv1.3',
  });
  expect(seen.chain.map(({ subject }) => subject)).toEqual(['api.paksa.test', 'Test Intermediate']);
  expect(seen).not.toHaveProperty('distrust');
  expect(seen).not.toHaveProperty('stapled');
});

test.each([
  ['an expired one', { from: daysFromNow(-90), until: daysFromNow(-1.5) }, 'CERT_HAS_EXPIRED', -2],
  ['one that ends within the hour', { until: daysFromNow(1 / 48) }, undefined, 0],
  ['one that is not valid yet', { from: daysFromNow(2), until: daysFromNow(30.5) }, 'CERT_NOT_YET_VALID', 30],
])('%s: days left and distrust', async (_, dates, distrust, daysLeft) => {
  const seen = await present(dates);
  expect(seen.distrust).toBe(distrust);
  expect(seen.daysLeft).toBe(daysLeft);
});

test.each([
  ['the same name', ['api.paksa.test'], 'api.paksa.test', true],
  ['another case', ['api.paksa.test'], 'API.Paksa.Test', true],
  ['a final dot', ['api.paksa.test'], 'api.paksa.test.', true],
  ['another name', ['old.paksa.test'], 'api.paksa.test', false],
  ['a wildcard', ['*.paksa.test'], 'api.paksa.test', true],
  ['a wildcard, one label too deep', ['*.paksa.test'], 'v1.api.paksa.test', false],
  ['a wildcard, and its bare domain', ['*.paksa.test'], 'paksa.test', false],
  ['an international name', ['münchen.paksa.test'], 'münchen.paksa.test', true],
  ['an international name in its ASCII form', ['xn--mnchen-3ya.paksa.test'], 'MÜNCHEN.paksa.test', true],
  ['an address', ['127.0.0.1'], '127.0.0.1', true],
  ['an address in its long form', ['::1'], '0:0:0:0:0:0:0:1', true],
  ['another address', ['127.0.0.2'], '127.0.0.1', false],
] as const)('matching %s', async (_, names, servername, matches) => {
  const [first, ...rest] = names;
  const seen = await present({ names: [first, ...rest] }, servername);
  expect(seen.matchesName).toBe(matches);
  // Names and chain are judged apart.
  expect(seen).not.toHaveProperty('distrust');
});

test('without a servername it is the host that is asked for, and an address is not sent as SNI', async () => {
  const { chain, key } = await authority().issue({ names: ['127.0.0.1'] });
  const asked: unknown[] = [];
  const { host, port } = await serveTls({ cert: chain, key }, (socket) => {
    asked.push('servername' in socket && socket.servername);
  });
  const seen = await probe.peerCertificate({ host, port }, soon());
  expect(seen.matchesName).toBe(true);
  await expect.poll(() => asked).toEqual([false]);
});

test('the name asked for reaches a server that has several certificates', async () => {
  const [fallback, asked] = await Promise.all([
    authority().issue({ names: ['other.paksa.test'] }),
    authority().issue({ names: ['api.paksa.test'] }),
  ]);
  const { createSecureContext } = await import('node:tls');
  const { host, port } = await serveTls({
    cert: fallback.chain,
    key: fallback.key,
    SNICallback: (name, done) =>
      done(
        null,
        name === 'api.paksa.test' ? createSecureContext({ cert: asked.chain, key: asked.key }) : undefined,
      ),
  });
  const seen = await probe.peerCertificate({ host, port, servername: 'api.paksa.test' }, soon());
  expect(seen.subject).toBe('api.paksa.test');
});

test('an authority that is trusted nowhere, and one that is: the trust file decides', async () => {
  const { chain, key } = await authority().issue();
  const server = await serveTls({ cert: chain, key });
  const { host, port } = server;
  const stranger = await probe.peerCertificate({ host, port }, soon());
  expect(stranger.distrust).toBe('UNABLE_TO_GET_ISSUER_CERT_LOCALLY');
  const friend = await probe.peerCertificate({ host, port, trust: authority().trust }, soon());
  expect(friend.distrust).toBeUndefined();
  await expect.poll(server.openConnections).toBe(0);
});

describe.runIf(requirePrograms('openssl'))('keys and signatures', () => {
  test.each([
    ['rsa1024', ['rsa:1024'], [], { keyType: 'rsa', keyBits: 1024 }],
    ['sha1', ['rsa:2048'], ['-sha1'], { signature: 'sha1WithRSAEncryption' }],
    [
      'p256',
      ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
      [],
      { keyType: 'ec', keyBits: 256, signature: 'ecdsa-with-SHA256' },
    ],
    [
      'p384',
      ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'],
      ['-sha384'],
      { keyType: 'ec', keyBits: 384, signature: 'ecdsa-with-SHA384' },
    ],
    ['ed25519', ['ed25519'], [], { keyType: 'ed25519', keyBits: 256, signature: 'ED25519' }],
    ['rsa-pss', ['rsa:2048'], ['-sigopt', 'rsa_padding_mode:pss'], { signature: 'rsassaPss' }],
  ])('%s', async (name, newKey, extra, facts) => {
    const { certificate, key } = await selfSigned(authority().folder, name, newKey, ...extra);
    const { host, port } = await serveTls({ cert: certificate, key, ciphers: 'DEFAULT@SECLEVEL=0' });
    const seen = await probe.peerCertificate({ host, port, servername: name }, soon());
    expect(seen).toMatchObject({
      ...facts,
      subject: name,
      selfSigned: true,
      distrust: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
  });
});

test('a name that looks like two is one', async () => {
  const seen = await present({ names: ['one.test', 'a,DNS:fake.test', 'say"two".test'] }, 'fake.test');
  expect(seen.names).toEqual(['one.test', 'a,DNS:fake.test', 'say"two".test']);
  expect(seen.matchesName).toBe(false);
});
