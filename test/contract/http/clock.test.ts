/** The clock of an HTTP server, read from its `Date` header, whatever its certificate is worth. */
import type { Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { beforeAll, expect, test } from 'vitest';
import { createHttpProbe } from '../../../src/adapters/http/probe.ts';
import { daysFromNow, writePem } from '../../harness/certificates.ts';
import { startNginx } from '../../harness/nginx.ts';
import { ownAuthority } from '../../harness/own-authority.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { serveTls } from '../../harness/tls-server.ts';

/** No API is configured: a clock needs none. */
const probe = createHttpProbe(
  () => {
    throw new Error('not asked for');
  },
  () => undefined,
);
const soon = () => AbortSignal.timeout(5_000);

const authority = ownAuthority();
let pem: TlsOptions;

beforeAll(async () => {
  // Expired, and trusted by nobody: the clock is read all the same.
  const { leaf, key } = await authority().issue({ from: daysFromNow(-9), until: daysFromNow(-1) });
  pem = { cert: leaf, key };
});

/** An HTTP server that answers every request with these header lines. */
const serveHttp = (headers: () => readonly string[], heard: (request: string) => void = () => {}) =>
  serveTls(pem, (socket: Socket) => {
    socket.once('data', (request) => {
      heard(request.toString());
      socket.end(
        ['HTTP/1.1 503 Service Unavailable', ...headers(), 'content-length: 0', '', ''].join('\r\n'),
      );
    });
  });

const dated = (skewMs: number) => () => [`date: ${new Date(Date.now() + skewMs).toUTCString()}`];

test.each([0, 90_000, -90_000, 86_400_000])('a clock that is %i ms off', async (skew) => {
  const server = await serveHttp(dated(skew));
  const { skewMs, uncertaintyMs } = await probe.clock(server, soon());
  expect(Math.abs(skewMs - skew)).toBeLessThanOrEqual(uncertaintyMs);
  expect(uncertaintyMs).toBeGreaterThanOrEqual(500);
  expect(uncertaintyMs).toBeLessThan(2_000);
  await expect.poll(server.openConnections).toBe(0);
});

test('asks with HEAD, for the name and port', async () => {
  const heard: string[] = [];
  const { host, port } = await serveHttp(dated(0), (request) => heard.push(request));
  await probe.clock({ host, port, servername: 'api.paksa.test' }, soon());
  expect(heard[0]).toMatch(/^HEAD \/ HTTP\/1\.1\r\n/);
  expect(heard[0]?.toLowerCase()).toContain(`host: api.paksa.test:${port}\r\n`);
});

test.each([
  ['no Date header', [], 'answers without a Date header'],
  ['a Date header that is no date', ['date: yesterday'], 'that is no date (“yesterday”)'],
])('%s', async (_, headers, says) => {
  const server = await serveHttp(() => headers);
  await expect(probe.clock(server, soon())).rejects.toMatchObject({
    name: 'AdapterError',
    system: 'http',
    operation: 'clock',
    message: expect.stringContaining(says),
  });
});

test('a TLS server that speaks something else', async () => {
  const server = await serveTls(pem, (socket: Socket) =>
    socket.resume().end('220 mail.paksa.test ESMTP\r\n'),
  );
  await expect(probe.clock(server, soon())).rejects.toMatchObject({
    system: 'http',
    message: expect.stringContaining('speaks TLS but gave no HTTP answer'),
  });
  await expect.poll(server.openConnections).toBe(0);
});

test('a server that never answers', async () => {
  const server = await serveTls(pem, (socket: Socket) => socket.resume());
  await expect(probe.clock(server, AbortSignal.timeout(300))).rejects.toMatchObject({ fault: 'timed-out' });
  await expect.poll(server.openConnections).toBe(0);
});

test.runIf(requirePrograms('nginx'))('nginx, on this very machine, has our clock', async () => {
  const { chain, key } = await authority().issue();
  const files = {
    certificate: await writePem(authority().folder, 'nginx.pem', chain),
    key: await writePem(authority().folder, 'nginx.key', key),
  };
  await using nginx = await startNginx(authority().folder, files);
  const { skewMs, uncertaintyMs } = await probe.clock({ host: '127.0.0.1', port: nginx.port }, soon());
  expect(Math.abs(skewMs)).toBeLessThanOrEqual(uncertaintyMs);
});
