/** What alembic prints, read, in the forms that its versions have; and what its failures mean. */
import { describe, expect, test } from 'vitest';
import { failureOf, withoutCredentials } from '../../../src/adapters/alembic/errors.ts';
import { generatedFile, readRevisions, unknownRevision } from '../../../src/adapters/alembic/output.ts';

const HISTORY = `env.py says hello
Rev: e5 (head) (mergepoint)
Merges: c3, d4
Also depends on: x9
Branch names: main
Path: /app/migrations/versions/e5_merge.py

    merge heads
    over two lines

    Revision ID: e5
    Rev: not-one

Rev: b2 (branchpoint) (current)
Parent: a1
Branches into: c3, d4
Path: /app/migrations/versions/b2.py

    add total
    
    Revision ID: b2

Rev: a1 (effective head)
Parent: <base>
Path: migrations/versions/a1.py

Rev: 00
Parent: <base>
`;

test('entries of --verbose', () => {
  expect(readRevisions(HISTORY)).toEqual([
    {
      id: 'e5',
      parents: ['c3', 'd4'],
      message: 'merge heads over two lines',
      isHead: true,
      file: '/app/migrations/versions/e5_merge.py',
    },
    {
      id: 'b2',
      parents: ['a1'],
      message: 'add total',
      isHead: false,
      file: '/app/migrations/versions/b2.py',
    },
    { id: 'a1', parents: [], message: '', isHead: true },
    { id: '00', parents: [], message: '', isHead: false },
  ]);
  expect(readRevisions(HISTORY.replaceAll('\n', '\r\n'))).toHaveLength(4);
  expect(readRevisions('')).toEqual([]);
  expect(readRevisions('Current revision(s) for postgresql://x/y:\n')).toEqual([]);
});

test.each([
  ['  Generating /app/migrations/versions/ab_merge.py ...  done\n', '/app/migrations/versions/ab_merge.py'],
  ['Generating /my app/versions/ab.py ... done', '/my app/versions/ab.py'],
  ['Generating /app/versions/ab.py ...  FAILED\n', undefined],
  ['', undefined],
])('the file in %j', (printed, file) => {
  expect(generatedFile(printed)).toBe(file);
});

test('the revision that is unknown', () => {
  expect(unknownRevision("FAILED: Can't locate revision identified by 'zzz'\n")).toBe('zzz');
  expect(unknownRevision('FAILED: something else')).toBeUndefined();
});

const trace = (last: string) =>
  `INFO  [alembic] hello\nTraceback (most recent call last):\n  File "/app/env.py", line 3, in x\n    run()\n    ^^^^^\n${last}\n`;

describe('a failure’s meaning', () => {
  test.each([
    [
      '',
      trace(
        'sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) connection to server at "db", port 5432 failed: Connection refused\n\tIs the server running?\n\n(Background on this error at: https://sqlalche.me/e/14/e3q8)',
      ),
      'unreachable',
      true,
      /does not reach .*Connection refused\. Look/,
    ],
    [
      '',
      trace(
        'sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) connection to server at "db", port 5432 failed: FATAL:  the database system is starting up',
      ),
      'unreachable',
      true,
      /starting up/,
    ],
    ['', trace('socket.gaierror: [Errno -2] Name or service not known'), 'unreachable', true, /gaierror/],
    [
      '',
      trace('ConnectionRefusedError: [Errno 111] Connect call failed'),
      'unreachable',
      true,
      /Connect call/,
    ],
    [
      '',
      trace(
        'sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) connection to server at "db", port 5432 failed: FATAL:  password authentication failed for user "x"',
      ),
      'refused',
      false,
      /refuses alembic/,
    ],
    [
      '',
      trace(
        'sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) connection to server at "db" failed: FATAL:  sorry, too many clients already',
      ),
      'refused',
      true,
      /no connection left/,
    ],
    [
      '',
      trace(
        'sqlalchemy.exc.ProgrammingError: (psycopg2.errors.InsufficientPrivilege) permission denied for table alembic_version',
      ),
      'forbidden',
      false,
      /alembic_version/,
    ],
    [
      "FAILED: No config file '/x.ini' found, or file has no '[alembic]' section\n",
      '',
      'not-found',
      false,
      /\/x\.ini/,
    ],
    [
      "  FAILED: Path doesn't exist: 'migrations'.  Please use the 'init' command\n",
      '',
      'not-found',
      false,
      /%\(here\)s/,
    ],
    ['', '/usr/bin/python3: No module named alembic\n', 'not-found', false, /alembic\.program/],
    [
      'FAILED: Multiple head revisions are present for given argument\n',
      'ERROR [x] Multiple\n',
      'failed',
      false,
      /^alembic failed: Multiple head/,
    ],
    ['', 'usage: alembic\nalembic: error: unrecognized arguments: -q', 'failed', false, /unrecognized/],
    ['', '', 'failed', false, /ended with code 1/],
    [
      '',
      trace(
        'sqlalchemy.exc.IntegrityError: (psycopg2.errors.UniqueViolation) could not create unique index "u"\nDETAIL:  Key (email)=(a@b.c) is duplicated.\n[parameters: {"x": "secret"}]',
      ),
      'failed',
      false,
      /unique index "u"\. /,
    ],
  ] as const)('%j %j', (stdout, stderr, fault, retryable, message) => {
    const error = failureOf('current', { exitCode: 1, stdout, stderr, truncated: false });
    expect(error).toMatchObject({ name: 'AdapterError', system: 'alembic', fault, retryable });
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/a@b\.c|secret/);
  });

  test.each([
    "sqlalchemy.exc.ArgumentError: Could not parse SQLAlchemy URL from string 'postgresql:/u:hunter2@h/db'",
    "sqlalchemy.exc.ArgumentError: Could not parse rfc1738 URL from string 'hunter2'",
    "configparser.InterpolationSyntaxError: '%' must be followed by '%' or '(', found: '%40hunter2@h/db'",
    "ValueError: invalid interpolation syntax in 'postgresql://u:p%40hunter2@h/db' at position 15",
    "ValueError: invalid literal for int() with base 10: 'hunter2'",
    'x.OperationalError: could not translate host name "hunter2@h" to address: Name or service not known',
    'x.Error: connect to postgresql+psycopg2://u:hun@hunter2@h:5432/db failed',
    'x.Error: dsn host=h password=hunter2 user=u',
  ])('without the password: %s', (last) => {
    const { message } = failureOf('current', {
      exitCode: 1,
      stdout: '',
      stderr: trace(last),
      truncated: false,
    });
    expect(message).not.toContain('hunter2');
  });

  test('credentials in SQL', () => {
    expect(withoutCredentials("SELECT 'postgresql://u:p@h/db', password FROM users;")).toBe(
      "SELECT 'postgresql://***@h/db', password FROM users;",
    );
  });
});
