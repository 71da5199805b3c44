/** Facts of an environment: presence, length, a fingerprint, an address, and never a value. */
import { expect, test } from 'vitest';
import { fingerprint } from '../../../src/adapters/runtime/fingerprint.ts';
import { entriesOf, factsOf } from '../../../src/adapters/runtime/variables.ts';

const SECRET = 'correct-horse-battery-staple';

test('of those asked for, present or not', () => {
  const facts = factsOf(
    entriesOf(
      `PATH=/bin\0JWT_SECRET_KEY=${SECRET}\0EMPTY=\0DATABASE_URL=postgresql://me:${SECRET}@db/paksa\0`,
    ),
    ['JWT_SECRET_KEY', 'EMPTY', 'REDIS_URL', 'DATABASE_URL'],
  );
  expect(facts).toEqual({
    JWT_SECRET_KEY: { present: true, length: SECRET.length, fingerprint: fingerprint(SECRET) },
    EMPTY: { present: true, length: 0, fingerprint: fingerprint('') },
    REDIS_URL: { present: false, length: 0, fingerprint: '' },
    DATABASE_URL: expect.objectContaining({
      address: {
        scheme: 'postgresql',
        host: 'db',
        port: 5432,
        user: 'me',
        database: 'paksa',
        hasPassword: true,
      },
    }),
  });
  expect(JSON.stringify(facts)).not.toContain(SECRET);
});

test('values with equals signs and line breaks are whole', () => {
  const [value, other] = ['a=b\nc', 'a=b'];
  const facts = factsOf([`ONE=${value}`, `TWO=${other}`], ['ONE', 'TWO']);
  expect(facts.ONE?.fingerprint).toBe(fingerprint(value));
  expect(facts.TWO?.fingerprint).not.toBe(facts.ONE?.fingerprint);
});

test('a fingerprint is the same for text and for its bytes, and says nothing of either', () => {
  expect(fingerprint(SECRET)).toBe(fingerprint(Buffer.from(SECRET)));
  expect(fingerprint(SECRET)).toMatch(/^[0-9a-f]{16}$/);
  expect(fingerprint(SECRET)).not.toBe(fingerprint(`${SECRET}.`));
});
