/** A query's literals are somebody's data: none gets out, however PostgreSQL lets it be written, and wherever it was cut off. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { tidyQuery, withoutLiterals } from '../../../src/adapters/postgres/literals.ts';
import { openSession, type Session } from './system.ts';

test.each([
  ['a string', "SELECT * FROM t WHERE name = 'Jane Roe'", 'SELECT * FROM t WHERE name = ?'],
  ['a doubled quote', "SELECT 'O''Brien', x", 'SELECT ?, x'],
  ['numbers', 'SELECT a1, 12, 1.5, .5, 1e10, 2E-3, 0x1F, 1_000, -7 FROM t2', 'SELECT a1, ?, …, -? FROM t2'],
  ['a number beside an operator', 'WHERE a>5 AND b<=-6.25', 'WHERE a>? AND b<=-?'],
  ['an escape string', String.raw`SELECT E'it\'s me', e'\\' FROM t`, 'SELECT ?, … FROM t'],
  ['an escape string continued on the next line', "SELECT E'a'\n'b\\'secret' FROM t", 'SELECT ? ? …'],
  ['a Unicode string', String.raw`SELECT U&'d\0061t\+000061' UESCAPE '!'`, 'SELECT ? UESCAPE ?'],
  ['bits and national strings', "SELECT B'101', X'1FF', N'hello'", 'SELECT ?, …'],
  ['dollar quotes', "SELECT $$it's$$, $body$ a $$ b $x$ $body$, 1", 'SELECT ?, …'],
  ['a dollar quote within a word', 'SELECT a$b$c FROM x$1', 'SELECT a$b$c FROM x$1'],
  ['parameters', 'SELECT * FROM t WHERE a = $1 AND b = $23', 'SELECT * FROM t WHERE a = $1 AND b = $23'],
  ['quoted names', `SELECT "it's", "a""b 1" FROM "T 2"`, `SELECT "it's", "a""b 1" FROM "T 2"`],
  ['names with other letters', "SELECT größe1 FROM täble WHERE ß='x'", 'SELECT größe1 FROM täble WHERE ß=?'],
  ['a type before a string', "SELECT date'2024-01-01', interval '1 day'", 'SELECT date?, interval ?'],
  ['a line comment', "SELECT 1 -- it's for jane@example.com\n, x", 'SELECT ? , x'],
  ['nested comments', "SELECT /* a /* 'b */ secret */ x /* cut", 'SELECT x'],
  ['a new password', "ALTER ROLE app PASSWORD 'hunter2'", 'ALTER ROLE app PASSWORD ?'],
  ['a long list', 'WHERE id IN (1, 2,3 , 4)', 'WHERE id IN (?, …)'],
  ['white space', 'SELECT\n\t a,\r\n  b', 'SELECT a, b'],
])('%s', (_, query, tidy) => {
  expect(tidyQuery(query, 300)).toBe(tidy);
});

test('a backslash before a quote, which ends the string or does not, hides the rest', () => {
  const query = String.raw`SELECT 'C:\', 'secret' FROM t WHERE 'it\'s' = x`;
  expect(withoutLiterals(query)).toBe('SELECT ? …');
});

test.each([
  ["SELECT 'Jane Ro", 'SELECT ?'],
  [String.raw`SELECT E'Jane\'`, 'SELECT ?'],
  [String.raw`SELECT E'Jane\ `.trimEnd(), 'SELECT ?'],
  ["SELECT 'Jane'''", 'SELECT ?'],
  ['SELECT $tag$ Jane $ta', 'SELECT ?'],
  ['SELECT $$Jane', 'SELECT ?'],
  ['SELECT 123.4', 'SELECT ?'],
  ['SELECT "a na', 'SELECT "a na'],
  ['SELECT a -- Jan', 'SELECT a'],
])('cut off in the middle: %s', (query, tidy) => {
  expect(tidyQuery(query, 300)).toBe(tidy);
});

test('no longer than asked for', () => {
  const tidy = tidyQuery(`SELECT ${'abcdef, '.repeat(100)}`, 50);
  expect(tidy).toHaveLength(50);
  expect(tidy).toMatch(/…$/);
});

test('in linear time', () => {
  for (const piece of ["'", "''", "\\'", "E'\\", '$a', '$$', '/*', '"', '1e', '--'])
    expect(tidyQuery(piece.repeat(100_000), 10).length).toBeLessThanOrEqual(10);
});

/** What PostgreSQL itself makes of a query's literals is what must not be left of it. */
describe('whatever PostgreSQL reads as a literal', () => {
  let session: Session;
  beforeAll(async () => {
    session = await openSession(inject('postgres'));
  });
  afterAll(() => session.end());

  const SECRET = 'Zq7secretX';
  const noise = fc.constantFrom(
    "'",
    "''",
    '\\',
    '\\\\',
    '$',
    '$$',
    '$a$',
    'a',
    ' ',
    '-',
    '/*',
    '*/',
    '"',
    '\n',
    '9',
  );
  const around = fc.array(noise, { maxLength: 6 }).map((parts) => parts.join(''));
  const style = fc.constantFrom<(inner: string) => string>(
    (inner) => `'${inner.replaceAll("'", "''")}'`,
    (inner) => `E'${inner.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`,
    (inner) => `E'${inner.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`,
    (inner) => `$q$${inner.replaceAll('$', '')}$q$`,
  );

  test('is gone, whole or cut off anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(style, around, around), { minLength: 1, maxLength: 3 }),
        fc.nat(200),
        async (strings, cut) => {
          const literals = strings.map(([write, before, after]) => write(`${before}${SECRET}${after}`));
          const query = `SELECT ${literals.join(', ')}, "a'b" /* it's */ -- that's\n`;
          // The property is about valid queries: PostgreSQL says whether this is one, with the secret in every column.
          const [row] = await session.query<Record<string, string>>(query.replaceAll(', "a\'b"', ''));
          expect(Object.values(row ?? {}).every((value) => value.includes(SECRET))).toBe(true);
          expect(withoutLiterals(query)).not.toContain(SECRET);
          expect(withoutLiterals(query.slice(0, cut))).not.toContain('secret');
        },
      ),
      { numRuns: 300 },
    );
  });
});
