/** The address that libpq's programs are given: the same server, another database, no password. */
import { expect, test } from 'vitest';
import { addressOf } from '../../../src/adapters/backup/address.ts';

test.each([
  ['postgres://u:p%40%2F+x@db:5433/paksa', 'postgres://u@db:5433/copy?application_name=paksa', 'p@/+x'],
  ['postgresql://u@db/paksa', 'postgresql://u@db/copy?application_name=paksa', undefined],
  ['postgresql://u+v@[::1]/paksa', 'postgresql://u+v@[::1]/copy?application_name=paksa', undefined],
  [
    'postgresql://u:p@db/paksa?sslmode=verify-full&sslrootcert=%2Fa+b.pem&uselibpqcompat=true&max=4',
    'postgresql://u@db/copy?sslmode=verify-full&sslrootcert=%2Fa%20b.pem&application_name=paksa',
    'p',
  ],
  [
    'postgresql://u:p@db/x?sslmode=no-verify',
    'postgresql://u@db/copy?sslmode=require&application_name=paksa',
    'p',
  ],
  ['postgresql://u@db/x?password=secret', 'postgresql://u@db/copy?application_name=paksa', 'secret'],
  [
    'postgresql:///paksa?host=/run/postgresql',
    'postgresql:///copy?host=%2Frun%2Fpostgresql&application_name=paksa',
    undefined,
  ],
])('%s', (url, uri, password) => {
  expect(addressOf(url, 'copy')).toEqual({ uri, environment: password ? { PGPASSWORD: password } : {} });
});

test.each([
  '',
  'host=db password=hunter2',
  'postgresql://u:hunter2%@db/x',
  'postgresql://u:hunter2@db:port/x',
])('what is no address is not repeated: %j', (url) => {
  expect(() => addressOf(url, 'copy')).toThrow(
    expect.objectContaining({ fault: 'not-configured', message: expect.not.stringContaining('hunter2') }),
  );
});
