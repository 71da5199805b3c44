/** What the SQL of a migration would hold up: https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES */

/** The statements of a script, without comments, the transaction around them, and Alembic's own book-keeping. */
export const statementsOf = (sql: string): readonly string[] =>
  sql
    .split('\n')
    .filter((line) => !/^\s*--/.test(line))
    .join('\n')
    .split(/;\s*(?:\n|$)/)
    .map((statement) => statement.replace(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '' && !/^(BEGIN|COMMIT)$/i.test(statement))
    .filter((statement) => !/\balembic_version\b/i.test(statement));

const LOCKS: readonly (readonly [pattern: RegExp, lock: string, meaning: string])[] = [
  [/^(CREATE|DROP) INDEX CONCURRENTLY/i, 'SHARE UPDATE EXCLUSIVE', 'reads and writes go on'],
  [/^CREATE (UNIQUE )?INDEX/i, 'SHARE', 'writes wait while it is built'],
  [/^(DROP|ALTER|TRUNCATE)\b/i, 'ACCESS EXCLUSIVE', 'reads and writes wait'],
  [/^(UPDATE|DELETE|INSERT)\b/i, 'ROW EXCLUSIVE', 'only the same rows wait'],
];

/** The table or index that a statement is about. */
const subjectOf = (statement: string): string | undefined =>
  /\b(?:ON|TABLE|UPDATE|FROM|INTO|INDEX)\s+(?:CONCURRENTLY\s+)?(?:IF EXISTS\s+)?(?:ONLY\s+)?([\w."]+)/i.exec(
    statement.replace(/^CREATE (UNIQUE )?INDEX.*?\sON\s/i, 'ON '),
  )?.[1];

/** One line for each kind of lock, with the tables or indexes named in the statements. */
export function locksOf(statements: readonly string[]): readonly string[] {
  const taken = new Map<string, Set<string>>();
  for (const statement of statements) {
    const found = LOCKS.find(([pattern]) => pattern.test(statement));
    if (!found) continue;
    const [, lock, meaning] = found;
    const key = `${lock} lock (${meaning})`;
    taken.set(key, (taken.get(key) ?? new Set()).add(subjectOf(statement) ?? 'what it names'));
  }
  return [...taken].map(([lock, tables]) => `${lock} on ${[...tables].join(', ')}.`);
}

/** The tables that nobody can use until the statements are through. */
export const shutTables = (statements: readonly string[]): readonly string[] => [
  ...new Set(
    statements
      .filter((statement) => /^(DROP|ALTER|TRUNCATE) TABLE\b/i.test(statement))
      .flatMap((statement) => subjectOf(statement) ?? []),
  ),
];
