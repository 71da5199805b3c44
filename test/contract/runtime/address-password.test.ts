/** The password of a connection string: read as libpq and SQLAlchemy read it, and replaced with nothing else touched. */
import { expect, test } from 'vitest';
import { parseAddress } from '../../../src/adapters/runtime/address.ts';
import { passwordIn, withPassword } from '../../../src/adapters/runtime/address-password.ts';

const NEW = 'n@w:p/w%?#';
const WRITTEN = 'n%40w%3Ap%2Fw%25%3F%23';

test.each([
  ['postgresql://paksa:pw@db:5433/paksa_db', 'pw', `postgresql://paksa:${WRITTEN}@db:5433/paksa_db`],
  [
    'postgresql+psycopg2://pa%3Aksa:p%40w%2F@[::1]/d?sslmode=require',
    'p@w/',
    `postgresql+psycopg2://pa%3Aksa:${WRITTEN}@[::1]/d?sslmode=require`,
  ],
  ['postgresql://paksa:p@ss:w#r?d@db/paksa', 'p@ss:w#r?d', `postgresql://paksa:${WRITTEN}@db/paksa`],
  ['postgresql://u:pw@one:5433,two/paksa', 'pw', `postgresql://u:${WRITTEN}@one:5433,two/paksa`],
  [' postgresql://paksa:pw@db/pw\n', 'pw', ` postgresql://paksa:${WRITTEN}@db/pw\n`],
  // A parameter counts more, and what it hides is not left behind.
  [
    'postgresql://u:old@db/d?user=me&password=p%20w&port=6000',
    'p w',
    `postgresql://u:${WRITTEN}@db/d?user=me&password=${WRITTEN}&port=6000`,
  ],
  [
    'postgresql:///d?host=/run/pg&password=pw&passwordless=no',
    'pw',
    `postgresql:///d?host=/run/pg&password=${WRITTEN}&passwordless=no`,
  ],
])('%s', (address, password, expected) => {
  expect(passwordIn(address)).toBe(password);
  const replaced = withPassword(address, NEW) ?? '';
  expect(replaced).toBe(expected);
  expect(passwordIn(replaced)).toBe(NEW);
  expect(parseAddress(replaced)).toEqual(parseAddress(address));
});

test.each([
  'postgresql://paksa@db/paksa',
  'postgresql://paksa:@db/paksa',
  'postgresql://db/paksa?sslpassword=pw',
  'mysql://paksa:pw@db/paksa',
  'pw',
  '',
])('%s has none', (address) => {
  expect(passwordIn(address)).toBeUndefined();
  expect(withPassword(address, NEW)).toBeUndefined();
});

test('one that is not percent-encoded as it should be cannot be read, and can be replaced', () => {
  expect(passwordIn('postgresql://paksa:100%@db/paksa')).toBeUndefined();
  expect(withPassword('postgresql://paksa:100%@db/paksa', 'x')).toBe('postgresql://paksa:x@db/paksa');
});
