/** Errors that a test cannot bring about on every machine, as Node's own errors name them. */
import { expect, test } from 'vitest';
import { codeOf, readConnectionError } from '../../../src/adapters/network/connection-error.ts';

const withCode = (code: string) => Object.assign(new Error(code), { code });
const read = (error: unknown) =>
  readConnectionError(error, { host: 'db', port: 5432, signal: new AbortController().signal });

test.each([
  ['ENOTFOUND', 'unreachable', false, 'DNS has no address for db'],
  ['EAI_AGAIN', 'unreachable', true, "check this machine's resolver"],
  ['ECONNREFUSED', 'unreachable', true, 'Nothing listens on db:5432'],
  ['EHOSTUNREACH', 'unreachable', true, 'There is no route to db:5432'],
  ['ENETUNREACH', 'unreachable', true, 'There is no route to db:5432'],
  ['ETIMEDOUT', 'timed-out', true, 'db:5432 did not answer in time'],
])('%s', (code, fault, retryable, says) => {
  expect(read(withCode(code))).toMatchObject({ fault, retryable, says: expect.stringContaining(says) });
});

test('what is not the network’s', () => {
  expect(read(withCode('ERR_SSL_WRONG_VERSION_NUMBER'))).toBeUndefined();
  expect(read('thrown')).toBeUndefined();
});

test('of several addresses, the one that refused says most', () => {
  const both = new AggregateError([withCode('ENETUNREACH'), withCode('ECONNREFUSED')]);
  expect(codeOf(Object.assign(both, { code: 'ENETUNREACH' }))).toBe('ECONNREFUSED');
  const neither = new AggregateError([withCode('ENETUNREACH'), withCode('EHOSTUNREACH')]);
  expect(codeOf(Object.assign(neither, { code: 'ENETUNREACH' }))).toBe('ENETUNREACH');
});
