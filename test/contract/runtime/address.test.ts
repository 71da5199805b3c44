/** Connection strings as Python's drivers and libpq read them: where they point, and never the password. */
import { expect, test } from 'vitest';
import { parseAddress } from '../../../src/adapters/runtime/address.ts';

test.each([
  ['postgresql://paksa:pw@db:5433/paksa_db', 'postgresql paksa@db:5433/paksa_db with password'],
  ['postgres://paksa:pw@db/paksa_db', 'postgres paksa@db:5432/paksa_db with password'],
  ['postgresql+psycopg2://paksa:pw@db/paksa_db', 'postgresql+psycopg2 paksa@db:5432/paksa_db with password'],
  ['postgresql+asyncpg://paksa:pw@db/paksa_db', 'postgresql+asyncpg paksa@db:5432/paksa_db with password'],
  ['postgresql://db', 'postgresql @db:5432/'],
  ['postgresql://paksa@db/', 'postgresql paksa@db:5432/'],
  ['postgresql://pa%40ksa:p%3Aw@db/pak%20sa', 'postgresql pa@ksa@db:5432/pak sa with password'],
  ['postgresql://paksa:p@ss#w?rd@db/paksa', 'postgresql paksa@db:5432/paksa with password'],
  ['postgresql://paksa:pw@[2001:db8::5]:5433/paksa', 'postgresql paksa@2001:db8::5:5433/paksa with password'],
  ['postgresql://paksa:pw@[::1]/paksa?sslmode=require', 'postgresql paksa@::1:5432/paksa with password'],
  ['postgresql:///paksa?host=/run/postgresql&user=me', 'postgresql me@/run/postgresql:5432/paksa'],
  ['postgresql://db/paksa?user=me&password=pw&port=6000', 'postgresql me@db:6000/paksa with password'],
  ['redis://cache', 'redis @cache:6379/'],
  ['redis://:pw@cache:6380/3', 'redis @cache:6380/3 with password'],
  ['rediss://user:pw@cache/0?ssl_cert_reqs=none', 'rediss user@cache:6379/0 with password'],
  ['  redis://cache:6379/1\n', 'redis @cache:6379/1'],
  ['REDIS://cache/1', 'redis @cache:6379/1'],
])('%s', (value, expected) => {
  const address = parseAddress(value);
  expect(address).toBeDefined();
  if (address === undefined) return;
  const { scheme, user, host, port, database, hasPassword } = address;
  expect(`${scheme} ${user}@${host}:${port}/${database}${hasPassword ? ' with password' : ''}`).toBe(
    expected,
  );
  expect(JSON.stringify(address)).not.toContain('pw');
});

test.each([
  ['postgresql://u:pw@one:5433,two/paksa', 'one:5433 two:5432'],
  ['postgresql://u@[::1]:5433,[2001:db8::5]/paksa', '::1:5433 2001:db8::5:5432'],
  ['postgresql://u@one,two/paksa?port=6000', 'one:6000 two:6000'],
  ['postgresql:///paksa?host=one,two&port=6000,6001', 'one:6000 two:6001'],
  ['postgresql+psycopg2://u:pw@/paksa?host=one:6000&host=two', 'one:6000 two:5432'],
  ['postgresql:///paksa?host=/run/postgresql,two', '/run/postgresql:5432 two:5432'],
])('several servers: %s', (value, places) => {
  const address = parseAddress(value);
  const all = address ? [address, ...(address.others ?? [])] : [];
  expect(all.map(({ host, port }) => `${host}:${port}`).join(' ')).toBe(places);
});

test.each([
  [''],
  ['db:5432'],
  ['postgresql:/db'],
  ['postgresql://'],
  ['postgresql:///paksa'],
  ['postgresql://db:port/paksa'],
  ['postgresql://db:70000/paksa'],
  ['postgresql://db:0/paksa'],
  ['postgresql://pa%ksa@db/paksa'],
  ['postgresql://one:5432,two:port/paksa'],
  ['postgresql://one,/paksa'],
  ['redis://one:6379,two:6379/0'],
  ['https://paksa.test/'],
  ['mysql://paksa@db/paksa'],
  ["host=db dbname=paksa user=paksa password='secret'"],
])('“%s” is no address', (value) => {
  expect(parseAddress(value)).toBeUndefined();
});
