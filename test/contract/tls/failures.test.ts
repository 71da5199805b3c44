/** A server that cannot be looked at: which fault it is, and a sentence that says where to look next. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TlsEndpoint } from '../../../src/adapters/tls/port.ts';
import { createTlsProbe } from '../../../src/adapters/tls/probe.ts';
import { AdapterError } from '../../../src/errors.ts';
import { writePem } from '../../harness/certificates.ts';
import { freePort } from '../../harness/free-port.ts';
import { ownAuthority } from '../../harness/own-authority.ts';
import { handshakeWithCertificate, serveTcp, serveTls } from '../../harness/tls-server.ts';

const probe = createTlsProbe();

const authority = ownAuthority();

async function failure(endpoint: TlsEndpoint, signal = AbortSignal.timeout(5_000)): Promise<AdapterError> {
  const thrown: unknown = await probe.peerCertificate(endpoint, signal).catch((error: unknown) => error);
  if (!(thrown instanceof AdapterError)) throw new Error(`no AdapterError: ${String(thrown)}`);
  return thrown;
}

test('a name without an address', async () => {
  // RFC 6761: “.invalid” never has one. Without any resolver the answer is that DNS did not answer.
  const error = await failure({ host: 'nowhere.invalid', port: 443 });
  expect(error).toMatchObject({ system: 'tls', operation: 'handshake', fault: 'unreachable' });
  expect(error.message).toMatch(/DNS .*nowhere\.invalid/);
});

test('a port where nothing listens', async () => {
  const port = await freePort();
  const error = await failure({ host: '127.0.0.1', port });
  expect(error).toMatchObject({ fault: 'unreachable', retryable: true });
  expect(error.message).toContain(`Nothing listens on 127.0.0.1:${port}`);
});

test('a port where nothing listens, by a name that has two addresses', async () => {
  expect(await failure({ host: 'localhost', port: await freePort() })).toMatchObject({
    fault: 'unreachable',
  });
});

test.each([
  ['an HTTP server', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
  ['a mail server', '220 mail.paksa.test ESMTP\r\n'],
  ['an SSH server', 'SSH-2.0-OpenSSH_9.2\r\n'],
])('%s on the port', async (_, greeting) => {
  const server = await serveTcp((socket) => socket.write(greeting));
  const error = await failure(server);
  expect(error).toMatchObject({ fault: 'refused', retryable: false });
  expect(error.message).toContain('answers, but not with TLS');
  await expect.poll(server.openConnections).toBe(0);
});

test('a server that hangs up', async () => {
  const error = await failure(
    await serveTcp((socket) => socket.once('data', () => socket.resetAndDestroy())),
  );
  expect(error).toMatchObject({ fault: 'refused', retryable: true });
  expect(error.message).toContain('closed the connection during the TLS handshake');
});

test('a server that takes the connection and says nothing', async () => {
  const server = await serveTcp(() => {});
  const error = await failure(server, AbortSignal.timeout(200));
  expect(error).toMatchObject({ fault: 'timed-out', retryable: true });
  expect(error.message).toContain('did not answer in time');
  await expect.poll(server.openConnections).toBe(0);
});

test('a look that is called off, before and during', async () => {
  const server = await serveTcp(() => {});
  expect(await failure(server, AbortSignal.abort())).toMatchObject({ fault: 'timed-out' });
  const calledOff = new AbortController();
  const looking = failure(server, calledOff.signal);
  await expect.poll(server.openConnections).toBe(1);
  calledOff.abort();
  expect((await looking).message).toContain('was stopped before it answered');
  await expect.poll(server.openConnections).toBe(0);
});

test('a server that demands a client certificate in TLS 1.2', async () => {
  const { chain, key } = await authority().issue();
  const demanding = { requestCert: true, rejectUnauthorized: true, maxVersion: 'TLSv1.2' } as const;
  const server = await serveTls({ cert: chain, key, ca: authority().root, ...demanding });
  const error = await failure(server);
  expect(error.fault).toBe('refused');
  await expect.poll(server.openConnections).toBe(0);
});

test('a server whose certificate is garbage', async () => {
  const garbage = handshakeWithCertificate(Buffer.from('this is no certificate'));
  const error = await failure(await serveTcp((socket) => socket.write(garbage)));
  expect(error.fault).toBe('refused');
  expect(error.message).toContain('cannot be decoded');
});

test('a server that sends far too many certificates', async () => {
  const { leaf, key } = await authority().issue();
  const server = await serveTls({ cert: leaf + authority().intermediate.repeat(150), key });
  const error = await failure(server);
  expect(error.fault).toBe('refused');
  expect(error.message).toContain('more than 100 kB');
});

test.each([
  ['missing', 'nowhere.pem', undefined, 'not-found', 'cannot be read'],
  ['empty', 'empty.pem', '', 'failed', 'holds no PEM certificate'],
  [
    'broken',
    'broken.pem',
    '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    'failed',
    'cannot be read',
  ],
])('a trust file that is %s', async (_, name, content, fault, says) => {
  const trust = join(authority().folder, name);
  if (content !== undefined) await writePem(authority().folder, name, content);
  const error = await failure({ host: '127.0.0.1', port: 1, trust });
  expect(error).toMatchObject({ fault, operation: 'read trust' });
  expect(error.message).toContain(trust);
  expect(error.message).toContain(says);
});

test('a trust file that is a folder', async () => {
  const trust = join(authority().folder, 'folder');
  await mkdir(trust);
  expect((await failure({ host: '127.0.0.1', port: 1, trust })).message).toContain(trust);
});
