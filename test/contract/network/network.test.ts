/** Names and ports, looked at from here. */
import { expect, test } from 'vitest';
import { createNetworkProbe } from '../../../src/adapters/network/probe.ts';
import { AdapterError } from '../../../src/errors.ts';
import { freePort } from '../../harness/free-port.ts';
import { serveTcp } from '../../harness/tls-server.ts';

const probe = createNetworkProbe();
const soon = () => AbortSignal.timeout(5_000);

async function failure(call: Promise<unknown>): Promise<AdapterError> {
  const thrown: unknown = await call.catch((error: unknown) => error);
  if (!(thrown instanceof AdapterError)) throw new Error(`no AdapterError: ${JSON.stringify(thrown)}`);
  expect(thrown.system).toBe('network');
  return thrown;
}

test.each(['127.0.0.1', '::1', '0:0:0:0:0:0:0:1'])('%s is its own address', async (address) => {
  expect(await probe.resolve(address, soon())).toEqual([address]);
});

test('this machine’s own name', async () => {
  const addresses = await probe.resolve('localhost', soon());
  expect(addresses.length).toBeGreaterThan(0);
  expect(['127.0.0.1', '::1']).toEqual(expect.arrayContaining([...addresses]));
});

// RFC 6761: “.invalid” never has an address. Without any resolver the answer is that DNS did not answer.
test.each(['nowhere.invalid', 'a..b', 'x'.repeat(300)])('a name without an address: %s', async (host) => {
  const error = await failure(probe.resolve(host, soon()));
  expect(error).toMatchObject({ operation: 'resolve' });
  expect(['not-found', 'unreachable']).toContain(error.fault);
  expect(error.message).toContain(host);
});

test('a look-up that is called off, before and during', async () => {
  expect(await failure(probe.resolve('nowhere.invalid', AbortSignal.abort()))).toMatchObject({
    fault: 'timed-out',
    retryable: true,
  });
  const calledOff = new AbortController();
  const looking = failure(probe.resolve('nowhere.invalid', calledOff.signal));
  calledOff.abort();
  const error = await looking;
  expect(error.fault).toBe('timed-out');
  expect(error.message).toContain('was stopped before DNS answered');
});

test('a port that is open, closed again at once', async () => {
  const server = await serveTcp(() => {});
  const { address, ms } = await probe.connect('127.0.0.1', server.port, soon());
  expect(address).toBe('127.0.0.1');
  expect(ms).toBeGreaterThanOrEqual(0);
  await expect.poll(server.openConnections).toBe(0);
});

test('a port that is open, by name', async () => {
  const server = await serveTcp(() => {});
  expect((await probe.connect('localhost', server.port, soon())).address).toBe('127.0.0.1');
});

test.each(['127.0.0.1', 'localhost'])('a port where nothing listens, of %s', async (host) => {
  const port = await freePort();
  const error = await failure(probe.connect(host, port, soon()));
  expect(error).toMatchObject({ operation: 'connect', fault: 'refused', retryable: true });
  expect(error.message).toContain(`Nothing listens on ${host}:${port}`);
});

test('a port of a name without an address', async () => {
  expect(await failure(probe.connect('nowhere.invalid', 80, soon()))).toMatchObject({ fault: 'unreachable' });
});

test('a connection that is called off before it began', async () => {
  const server = await serveTcp(() => {});
  const error = await failure(probe.connect('127.0.0.1', server.port, AbortSignal.abort()));
  expect(error).toMatchObject({ fault: 'timed-out', retryable: true });
  expect(server.openConnections()).toBe(0);
});

test('a connection that is called off, or whose time is up, while it is being made', async () => {
  const { port } = await serveTcp(() => {});
  const calledOff = new AbortController();
  const connecting = failure(probe.connect('localhost', port, calledOff.signal));
  calledOff.abort();
  expect((await connecting).message).toContain('was stopped before it answered');
  const late = AbortSignal.abort(new DOMException('time is up', 'TimeoutError'));
  expect((await failure(probe.connect('localhost', port, late))).message).toContain('did not answer in time');
});
