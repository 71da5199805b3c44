/** No database at the other end, or no address for it: which fault it is, and a sentence that says where to look. */
import { describe, expect, test } from 'vitest';
import { openPostgres } from '../../../src/adapters/postgres/connect.ts';
import { AdapterError } from '../../../src/errors.ts';
import { freePort } from '../../harness/free-port.ts';
import { PASSWORD } from '../../harness/postgres-server.ts';
import { serveTcp } from '../../harness/tls-server.ts';
import { failureOf, refusal, soon, WRONG_PASSWORD } from './system.ts';
import { logIn, visit } from './systems.ts';

describe('no server', () => {
  test('a port where nothing listens', async () => {
    const url = `postgresql://paksa:${PASSWORD.replaceAll(' ', '%20')}@127.0.0.1:${await freePort()}/paksa_db`;
    expect(refusal(await logIn(url))).toMatchObject({
      code: 'ECONNREFUSED',
      message: expect.stringContaining('check that PostgreSQL runs'),
    });
    expect(await failureOf(visit(url).probe.ping(soon()))).toMatchObject({
      fault: 'unreachable',
      retryable: true,
      operation: 'answer',
    });
  });

  test('by a name that has two addresses', async () => {
    expect(refusal(await logIn(`postgresql://u:p@localhost:${await freePort()}/d`)).code).toBe(
      'ECONNREFUSED',
    );
  });

  test('a name without an address', async () => {
    const { code, message } = refusal(await logIn('postgresql://u:p@nowhere.invalid:5432/d'));
    expect(code).toMatch(/^(ENOTFOUND|EAI_AGAIN)$/);
    expect(message).toMatch(/DNS .*nowhere\.invalid/);
  });

  test('a server that takes the connection and says nothing', async () => {
    const silent = await serveTcp(() => undefined);
    const url = `postgresql://u:p@127.0.0.1:${silent.port}/d`;
    expect(refusal(await logIn(url, AbortSignal.timeout(200)))).toMatchObject({
      code: 'ETIMEDOUT',
      message: expect.stringContaining('did not log in in time'),
    });
    await expect.poll(silent.openConnections).toBe(0);
    expect(await failureOf(visit(url).probe.ping(AbortSignal.timeout(200)))).toMatchObject({
      fault: 'timed-out',
      retryable: true,
    });
  });

  test('a server that hangs up', async () => {
    const rude = await serveTcp((socket) => socket.destroy());
    expect(refusal(await logIn(`postgresql://u:p@127.0.0.1:${rude.port}/d`)).code).toBe('ECONNRESET');
  });
});

test.each([
  ['no address', `secret-${WRONG_PASSWORD}`, 'is not of the form postgresql://'],
  ['another protocol', `mysql://u:${WRONG_PASSWORD}@h/d`, 'is not of the form postgresql://'],
  [
    'an unknown sslmode',
    `postgresql://u:${WRONG_PASSWORD}@h/d?sslmode=always`,
    'an sslmode that PostgreSQL does not know',
  ],
  [
    'authorities that are not named',
    `postgresql://u:${WRONG_PASSWORD}@h/d?sslmode=verify-ca`,
    'without sslrootcert',
  ],
  [
    'authorities that cannot be read',
    `postgresql://u:${WRONG_PASSWORD}@h/d?sslmode=verify-full&sslrootcert=/nowhere/ca.pem`,
    'names the file /nowhere/ca.pem as sslrootcert, which cannot be read',
  ],
])('an address with %s', async (_, url, says) => {
  const error = await failureOf(visit(url).probe.ping(soon()));
  expect(error).toMatchObject({ fault: 'not-configured', retryable: false });
  expect(error.message).toContain('postgres.urlEnv');
  expect(error.message).toContain(says);
  expect(await failureOf(visit(url).probe.login(soon()))).toMatchObject({ fault: 'not-configured' });
});

test('what the configuration refuses is not asked', async () => {
  const refusing = openPostgres(() => {
    throw new AdapterError('add postgres.urlEnv', {
      system: 'postgres',
      operation: 'connect',
      fault: 'not-configured',
      retryable: false,
    });
  });
  expect(await failureOf(refusing.login(soon()))).toMatchObject({ message: 'add postgres.urlEnv' });
  await refusing.close();
});
