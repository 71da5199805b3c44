/** Statements are slow, or wait. */
import type { ComposeStack } from '../compose-stack.ts';
import type { Fault } from '../fault.ts';
import { until } from '../until.ts';
import { type Held, hold, indexesGone, rows, sql } from './sql.ts';

const TOPIC = 'slow-queries';
const INDEX = 'CREATE INDEX IF NOT EXISTS idx_invoices_tenant_date ON invoices (tenant_id, created_at)';
const QUERY = `SELECT id FROM invoices WHERE tenant_id = 3 AND created_at >= now() - interval '2 years' ORDER BY created_at DESC LIMIT 50`;

const held = new WeakMap<ComposeStack, readonly Held[]>();
const release = async (stack: ComposeStack) => {
  for (const sessions of held.get(stack) ?? []) await sessions.release();
  held.delete(stack);
};

/** A table as large as one that an index is worth it for. */
const LARGE = 'lab_large';

export const composeFaults: readonly Fault<ComposeStack>[] = [
  {
    id: 'index-dropped',
    topic: TOPIC,
    what: 'the index of the invoices by tenant and date is gone',
    inject: async (stack) => {
      // As many as a year of business brings: of a small table the index would not be missed.
      await sql(
        stack,
        'DROP INDEX IF EXISTS idx_invoices_tenant_date',
        `INSERT INTO invoices (tenant_id, customer_id, subtotal, tax_amount, total_amount, created_at)
         SELECT tenant_id, customer_id, subtotal, tax_amount, total_amount, created_at FROM invoices, generate_series(1, 8)
         WHERE id <= 8000`,
        'ANALYZE invoices',
        'SELECT pg_stat_statements_reset()',
      );
      await sql(stack, ...Array.from({ length: 30 }, () => QUERY));
    },
    mend: async (stack) => {
      // A session tells the statistics of what it deleted when it ends: VACUUM has to come after.
      await sql(stack, 'DELETE FROM invoices WHERE id > 8000');
      await sql(
        stack,
        'VACUUM FULL invoices',
        INDEX,
        'ANALYZE invoices',
        'SELECT pg_stat_statements_reset()',
      );
    },
    foundBy: ['indexes'],
    fix: 'create-index',
    promised: async (stack, { changes }) => {
      const [index] = await rows<{ name: string }>(
        stack,
        `SELECT indexname AS name FROM pg_indexes
          WHERE tablename = 'invoices' AND indexdef LIKE '%(tenant_id, created_at)%'`,
      );
      return changes.some(({ after }) => after === index?.name);
    },
  },
  {
    id: 'never-analyzed',
    topic: TOPIC,
    what: 'a large table was loaded and never analyzed',
    inject: async (stack) => {
      await sql(
        stack,
        `DROP TABLE IF EXISTS ${LARGE}`,
        `CREATE TABLE ${LARGE} (id bigint PRIMARY KEY, note text) WITH (autovacuum_enabled = false)`,
        `INSERT INTO ${LARGE} SELECT n, md5(n::text) FROM generate_series(1, 50000) n`,
      );
      // The counters come to the statistics a moment after the transaction.
      await until(
        async () => {
          const [table] = await rows<{ n: string }>(
            stack,
            `SELECT n_live_tup AS n FROM pg_stat_user_tables WHERE relname = '${LARGE}'`,
          );
          return Number(table?.n) > 40_000;
        },
        { what: 'the statistics to have seen the rows', within: 20_000 },
      );
    },
    mend: (stack) => sql(stack, `DROP TABLE IF EXISTS ${LARGE}`),
    foundBy: ['statistics'],
    fix: 'analyze',
    promised: async (stack, { changes, since }) => {
      const analysed = await rows<{ table: string; at: Date | null }>(
        stack,
        'SELECT relid::regclass::text AS table, last_analyze AS at FROM pg_stat_user_tables',
      );
      return changes.every(({ what }) =>
        analysed.some(({ table, at }) => table === what && at !== null && at.getTime() > since),
      );
    },
  },
  {
    id: 'index-half-built',
    topic: TOPIC,
    what: 'building an index failed half-way and left it invalid',
    inject: async (stack) => {
      await sql(
        stack,
        `DROP TABLE IF EXISTS ${LARGE}`,
        `CREATE TABLE ${LARGE} AS SELECT n % 1000 AS code FROM generate_series(1, 5000) n`,
        `ANALYZE ${LARGE}`,
      );
      await sql(stack, `CREATE UNIQUE INDEX CONCURRENTLY lab_code ON ${LARGE} (code)`).catch(() => undefined);
    },
    mend: (stack) => sql(stack, `DROP TABLE IF EXISTS ${LARGE}`),
    foundBy: ['unfinished-indexes'],
    fix: 'drop-unfinished-indexes',
    promised: indexesGone,
    // Its failed build is what a migration leaves behind too.
    alsoIn: ['migrations'],
  },
  {
    id: 'lock-held',
    topic: TOPIC,
    what: 'a transaction that does nothing holds a lock on the invoices, and others wait',
    inject: async (stack) => {
      const holder = await hold(stack, 1, ['BEGIN', 'LOCK TABLE invoices IN ACCESS EXCLUSIVE MODE']);
      const waiters = await hold(stack, 2, ['BEGIN'], 'SELECT count(*) FROM invoices');
      held.set(stack, [holder, waiters]);
      await until(
        async () => {
          const waiting = await rows(
            stack,
            `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query_start < now() - interval '12 seconds'`,
          );
          return waiting.length > 0;
        },
        { what: 'somebody to have waited for the lock', within: 60_000 },
      );
    },
    mend: release,
    foundBy: ['locks'],
    fix: { none: 'a session is ended after five minutes; before that a person is asked to look' },
    // Whoever counts the invoices waits as well.
    alsoIn: ['slow-api'],
  },
];
